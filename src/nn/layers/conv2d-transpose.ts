// Transposed convolution as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireOption, requireWhole, requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { resolveWindow } from "../../graph/window.ts";
import { type CommonOptions, type Pair, pairOf, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { transposedReach } from "../reach.ts";
import { type KernelOptions, weightMaker, weightNames } from "../weight-options.ts";
import { type ResultOptions, resultFrom, resultNames } from "./result.ts";

export interface Conv2dTransposeOptions extends CommonOptions, KernelOptions, ResultOptions {
  /** K, the number of filters. */
  readonly filters: number;
  /** R and S, height and width of the kernel in pixels. */
  readonly kernelSize: Pair;
  /** How many rows and columns of the output belong to one pixel of the input. Default: 1. */
  readonly strides?: Pair;
  /** `valid` keeps the whole output, `same` gives `H · stride` rows. Default: `valid`. */
  readonly padding?: "valid" | "same";
  /**
   * Rows and columns beyond the smallest output that fits, fewer than the strides. Default: chosen as
   * in Keras.
   */
  readonly outputPadding?: Pair;
  /** The distance between elements of the kernel, in pixels. Default: 1. */
  readonly dilationRate?: Pair;
}

const defaults = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  kernelInitializer: "glorotUniform",
} as const;

/**
 * 2D transposed convolution, which enlarges images: `[N, H, W, C] → [N, P, Q, K]`. It is the gradient of a
 * convolution from the output to the input:
 * `y[n, p, q, k] = activation(bias[k] + Σ x[n, h, w, c] · kernel[r, s, k, c])` over all
 * `h · stride + r · dilation − pad = p`; columns alike.
 *
 * Weights: `kernel [R, S, K, C]`, `bias [K]`. Source: Zeiler et al., "Deconvolutional networks", CVPR
 * 2010. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.conv2dTranspose({ filters: 16, kernelSize: 3, strides: 2, padding: "same" })
 */
export function conv2dTranspose(
  options: Conv2dTransposeOptions,
): LayerInstance<Conv2dTransposeOptions> {
  return makeLayer(conv2dTranspose.facts, options, (given) => {
    const settings = { ...defaults, ...given };
    const { filters, padding } = settings;
    requireWhole("filters", filters);
    requireWord("padding", padding, ["valid", "same"]);
    const taps = pairOf(settings.kernelSize, "kernelSize");
    const strides = pairOf(settings.strides, "strides");
    const dilation = pairOf(settings.dilationRate, "dilationRate");
    const more = morePixels(settings.outputPadding, strides);
    const kernel = weightMaker("kernel", settings);
    const result = resultFrom(settings);
    return {
      options: { ...settings, ...result.options },
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
        const window = resolveWindow([rows, columns], taps, { strides, padding, dilation });
        return {
          outputShape: result.outputShape([rows, columns, filters]),
          weights: [kernel([...taps, filters, channels]), ...result.weights(filters)],
          macs: height * width * channels * taps[0] * taps[1] * filters,
          reach: transposedReach(window),
          call([x], context) {
            const { build, weights } = context;
            const imageShape = [x.shape[0], rows, columns, filters];
            const moves = { strides, padding, dilation, imageShape };
            const y = build.conv2dInputGradient(x, weights.kernel, moves);
            return result.finish(y, context);
          },
        };
      },
    };
  });
}
conv2dTranspose.facts = layerFacts<Conv2dTransposeOptions>({
  name: "conv2dTranspose",
  options: {
    filters: "filters",
    kernelSize: "kernel_size",
    strides: "strides",
    padding: "padding",
    outputPadding: "output_padding",
    dilationRate: "dilation_rate",
    ...weightNames("kernel"),
    ...resultNames,
  },
  keras: { className: "Conv2DTranspose", fixed: { groups: 1 } },
  example: "{ filters: 32, kernelSize: 3, strides: 2 }",
});

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
  const fits = typeof value === "number" || (Array.isArray(value) && value.length === 2);
  requireOption("outputPadding", value, fits, "one whole number, or two in a list");
  const [rows, columns] = typeof value === "number" ? [value, value] : value;
  requireWhole("outputPadding", rows, 0);
  requireWhole("outputPadding", columns, 0);
  if (rows < strides[0] && columns < strides[1]) return [rows, columns];
  throw new ConfigError({
    what: "The option outputPadding is not less than the strides.",
    expected: `at most ${strides[0] - 1} rows and ${strides[1] - 1} columns`,
    received: JSON.stringify(value),
  });
}
