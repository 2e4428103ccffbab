// Two-dimensional convolution as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type Padding, resolveWindow } from "../../graph/window.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import {
  type CommonOptions,
  type Layer,
  type Pair,
  pairOf,
  requireImage,
  requirePadding,
  requireWhole,
} from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";

export interface Conv2dOptions extends CommonOptions, WeightOptions<"kernel" | "bias"> {
  /** K, the number of filters. */
  readonly filters: number;
  /** R and S, height and width of a filter in pixels. */
  readonly kernelSize: Pair;
  /** Steps down and right in pixels. Default: 1. */
  readonly strides?: Pair;
  /** `valid` (the default), `same`, or rows and columns of zeros. */
  readonly padding?: Padding;
  /** Pixels between neighbouring taps. Default: 1. */
  readonly dilationRate?: Pair;
  /** Parts that channels and filters are split into. Default: 1. */
  readonly groups?: number;
  /**
   * Applied to the result: a name, a layer such as `layers.leakyReLU({ negativeSlope: 0.1 })`, or a
   * function of nodes. Default: `linear`.
   */
  readonly activation?: ActivationSetting;
  /** Whether each filter adds a number of its own. Default: true. */
  readonly useBias?: boolean;
}

/**
 * Convolution: `[N, H, W, C] → [N, P, Q, K]`, with
 * `y[n, p, q, k] = activation(b[k] + Σ x[n, p·stride + r·dilation − pad, …, c] · w[r, s, c, k])`.
 * Weights: `kernel [R, S, C / groups, K]`, `bias [K]`. Source: LeCun et al., "Backpropagation applied
 * to handwritten zip code recognition", 1989; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] })
 */
export function conv2d(options: Conv2dOptions): Layer<Conv2dOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as Padding,
    dilationRate: 1,
    groups: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    kernelInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { filters, groups, padding, useBias } = settings;
  requireWhole(filters, "filters");
  requireWhole(groups, "groups");
  requirePadding(padding);
  const activation = activationFrom(settings.activation);
  const kernel = weightMaker("kernel", settings);
  const bias = weightMaker("bias", settings);
  if (filters % groups !== 0) {
    throw new ConfigError({
      what: "The option groups does not divide the filters.",
      expected: `a divisor of ${filters}`,
      received: String(groups),
    });
  }
  const taps = pairOf(settings.kernelSize, "kernelSize");
  const strides = pairOf(settings.strides, "strides");
  const dilation = pairOf(settings.dilationRate, "dilationRate");
  return {
    kind: "conv2d",
    className: "Conv2D",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireImage(input, "conv2d");
      const [height, width, channels] = input;
      if (channels % groups !== 0) {
        throw new ShapeError({
          what: "The groups do not divide the channels.",
          expected: `[H, W, C] with a multiple of ${groups} as C`,
          received: formatShape(input),
          fix: "choose another number of groups",
        });
      }
      const window = resolveWindow([height, width], taps, { strides, padding, dilation });
      const [rows, columns] = window.map((axis) => axis.output);
      return {
        outputShape: [rows, columns, filters],
        weights: [
          kernel([...taps, channels / groups, filters]),
          ...(useBias ? [bias([filters])] : []),
        ],
        macs: rows * columns * filters * taps[0] * taps[1] * (channels / groups),
        reach: {
          size: [(taps[0] - 1) * dilation[0] + 1, (taps[1] - 1) * dilation[1] + 1],
          stride: strides,
        },
        call([x], context) {
          const { build, weights } = context;
          const y = build.conv2d(x, weights.kernel, { strides, padding, dilation, groups });
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
