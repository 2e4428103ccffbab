// Convolution in two parts, space first, then channels, as a layer.

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

export interface SeparableConv2dOptions
  extends CommonOptions,
    WeightOptions<"depthwise" | "pointwise" | "bias"> {
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
  /** M, the number of depthwise filters for each channel. Default: 1. */
  readonly depthMultiplier?: number;
  /**
   * Applied to the result: a name, a layer such as `layers.leakyReLU({ negativeSlope: 0.1 })`, or a
   * function of nodes. Default: `linear`.
   */
  readonly activation?: ActivationSetting;
  /** Whether each filter adds a number of its own. Default: true. */
  readonly useBias?: boolean;
}

/**
 * Separable convolution: `[N, H, W, C] → [N, P, Q, K]`, a depthwise convolution to `C·M` channels
 * and one of single pixels to `K`. Weights: `depthwise_kernel [R, S, C, M]`,
 * `pointwise_kernel [1, 1, C·M, K]`, `bias [K]`. Source: Chollet, "Xception", CVPR 2017; options
 * and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.separableConv2d({ filters: 64, kernelSize: 3, padding: "same" })
 */
export function separableConv2d(options: SeparableConv2dOptions): Layer<SeparableConv2dOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as Padding,
    dilationRate: 1,
    depthMultiplier: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    depthwiseInitializer: "glorotUniform" as InitializerSetting,
    pointwiseInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { filters, padding, depthMultiplier, useBias } = settings;
  requireWhole(filters, "filters");
  requireWhole(depthMultiplier, "depthMultiplier");
  requirePadding(padding);
  const activation = activationFrom(settings.activation);
  const depthwise = weightMaker("depthwise", settings, "depthwise_kernel");
  const pointwise = weightMaker("pointwise", settings, "pointwise_kernel");
  const bias = weightMaker("bias", settings);
  const taps = pairOf(settings.kernelSize, "kernelSize");
  const strides = pairOf(settings.strides, "strides");
  const dilation = pairOf(settings.dilationRate, "dilationRate");
  return {
    kind: "separableConv2d",
    className: "SeparableConv2D",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireImage(input, "separableConv2d");
      const [height, width, channels] = input;
      const window = resolveWindow([height, width], taps, { strides, padding, dilation });
      const [rows, columns] = window.map((axis) => axis.output);
      const middle = channels * depthMultiplier;
      return {
        outputShape: [rows, columns, filters],
        weights: [
          depthwise([...taps, channels, depthMultiplier]),
          pointwise([1, 1, middle, filters]),
          ...(useBias ? [bias([filters])] : []),
        ],
        macs: rows * columns * middle * (taps[0] * taps[1] + filters),
        reach: {
          size: [(taps[0] - 1) * dilation[0] + 1, (taps[1] - 1) * dilation[1] + 1],
          stride: strides,
        },
        call([x], context) {
          const { build, weights } = context;
          const filter = build.reshape(weights.depthwise_kernel, [...taps, 1, middle]);
          const spread = build.conv2d(x, filter, { strides, padding, dilation, groups: channels });
          const y = build.conv2d(spread, weights.pointwise_kernel);
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
