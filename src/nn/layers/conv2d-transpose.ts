// Convolution the other way round, as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { resolveWindow } from "../../graph/window.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import {
  type CommonOptions,
  type Layer,
  type Pair,
  pairOf,
  requireImage,
  requireWhole,
} from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

export interface Conv2dTransposeOptions extends CommonOptions, WeightOptions<"kernel" | "bias"> {
  /** K, the number of filters. */
  readonly filters: number;
  /** R and S, height and width of a filter in pixels. */
  readonly kernelSize: Pair;
  /** Pixels of the result, down and right, for one of the input. Default: 1. */
  readonly strides?: Pair;
  /** `valid` (the default), or `same`, which gives H · stride rows. */
  readonly padding?: "valid" | "same";
  /** Rows and columns more than the fewest that fit, less than a stride. Default: as Keras. */
  readonly outputPadding?: Pair;
  /** Pixels between neighbouring taps. Default: 1. */
  readonly dilationRate?: Pair;
  /**
   * Applied to the result: a name, a layer such as `layers.leakyReLU({ negativeSlope: 0.1 })`, or a
   * function of nodes. Default: `linear`.
   */
  readonly activation?: ActivationSetting;
  /** Whether each filter adds a number of its own. Default: true. */
  readonly useBias?: boolean;
}

/** Rows, or columns, of the result: Keras's rule. */
function outputSize(
  size: number,
  taps: number,
  stride: number,
  padding: "valid" | "same",
  more: number | undefined,
): number {
  if (padding === "same") {
    return more === undefined ? size * stride : (size - 1) * stride + (taps % 2) + more;
  }
  return (size - 1) * stride + taps + (more ?? Math.max(taps, stride) - taps);
}

/** Both numbers of `outputPadding`. @throws ConfigError unless each is less than its stride. */
function morePixels(
  value: Pair | undefined,
  strides: readonly [number, number],
): readonly [number, number] | undefined {
  if (value === undefined) return undefined;
  const [rows, columns] = typeof value === "number" ? [value, value] : value;
  requireWhole(rows, "outputPadding", 0);
  requireWhole(columns, "outputPadding", 0);
  if (rows < strides[0] && columns < strides[1]) return [rows, columns];
  throw new ConfigError({
    what: "The option outputPadding is not less than the strides.",
    expected: `at most ${strides[0] - 1} rows and ${strides[1] - 1} columns`,
    received: JSON.stringify(value),
  });
}

/**
 * Transposed convolution: `[N, H, W, C] → [N, P, Q, K]`, the gradient of a convolution that leads
 * from the result to the input:
 * `y[n, p, q, k] = activation(b[k] + Σ x[n, h, w, c] · w[r, s, k, c])` over all
 * `h·stride + r·dilation − pad = p`, and columns alike. Weights: `kernel [R, S, K, C]`, `bias [K]`.
 * Source: Zeiler et al., "Deconvolutional networks", CVPR 2010; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.conv2dTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: "same" })
 */
export function conv2dTranspose(options: Conv2dTransposeOptions): Layer<Conv2dTransposeOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as const,
    dilationRate: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    kernelInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { filters, padding, useBias } = settings;
  requireWhole(filters, "filters");
  const activation = activationFrom(settings.activation);
  const kernel = weightMaker("kernel", settings);
  const bias = weightMaker("bias", settings);
  if (padding !== "valid" && padding !== "same") {
    throw new ConfigError({
      what: "The option padding cannot be used.",
      expected: '"valid" or "same"',
      received: JSON.stringify(padding),
    });
  }
  const taps = pairOf(settings.kernelSize, "kernelSize");
  const strides = pairOf(settings.strides, "strides");
  const dilation = pairOf(settings.dilationRate, "dilationRate");
  const more = morePixels(settings.outputPadding, strides);
  return {
    kind: "conv2dTranspose",
    className: "Conv2DTranspose",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireImage(input, "conv2dTranspose");
      const [height, width, channels] = input;
      const [rows, columns] = [height, width].map((size, i) => {
        const reach = (taps[i] - 1) * dilation[i] + 1;
        return outputSize(size, reach, strides[i], padding, more?.[i]);
      });
      // An even filter with `same` and no row more gives a result that leads back to fewer rows.
      const fits = [rows, columns].every(
        (size, i) => padding === "valid" || Math.ceil(size / strides[i]) === input[i],
      );
      if (!fits) {
        throw new ShapeError({
          what: "outputPadding leaves too few pixels.",
          expected: "an even kernelSize with an outputPadding of at least 1",
          received: `a result of ${formatShape([rows, columns])} for ${formatShape(input)}`,
          fix: "leave outputPadding out, or choose it larger",
        });
      }
      resolveWindow([rows, columns], taps, { strides, padding, dilation });
      return {
        outputShape: [rows, columns, filters],
        weights: [kernel([...taps, filters, channels]), ...(useBias ? [bias([filters])] : [])],
        macs: height * width * channels * taps[0] * taps[1] * filters,
        reach: {
          size: [Math.ceil(taps[0] / strides[0]), Math.ceil(taps[1] / strides[1])],
          stride: [1 / strides[0], 1 / strides[1]],
        },
        call([x], context) {
          const { build, weights } = context;
          const imageShape = [x.shape[0], rows, columns, filters];
          const moves = { strides, padding, dilation, imageShape };
          const y = build.conv2dInputGradient(x, weights.kernel, moves);
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
