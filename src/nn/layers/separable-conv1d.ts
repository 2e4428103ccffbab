// Convolution along one axis in two parts, steps first, then channels, as a layer.

import { resolveWindow } from "../../graph/window.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { checkWord } from "../option.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";
import { requireSequence } from "./sequences.ts";

export interface SeparableConv1dOptions
  extends CommonOptions,
    WeightOptions<"depthwise" | "pointwise" | "bias"> {
  /** K, the number of filters. */
  readonly filters: number;
  /** R, the length of a filter. */
  readonly kernelSize: number;
  /** Steps along the sequence. Default: 1. */
  readonly strides?: number;
  /** `valid` (the default), or `same`. */
  readonly padding?: "valid" | "same";
  /** Steps between neighbouring taps. Default: 1. */
  readonly dilationRate?: number;
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
 * Separable convolution along one axis: `[N, L, C] → [N, P, K]`, a depthwise convolution to `C·M`
 * channels and one of single steps to `K`. Weights: `depthwise_kernel [R, C, M]`,
 * `pointwise_kernel [1, C·M, K]`, `bias [K]`. Source: Chollet, "Xception", CVPR 2017; options
 * and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.separableConv1d({ filters: 64, kernelSize: 3, padding: "same" })
 */
export function separableConv1d(options: SeparableConv1dOptions): Layer<SeparableConv1dOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as "valid" | "same",
    dilationRate: 1,
    depthMultiplier: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    depthwiseInitializer: "glorotUniform" as InitializerSetting,
    pointwiseInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { filters, kernelSize, strides, padding, dilationRate, depthMultiplier, useBias } =
    settings;
  const counts = { filters, kernelSize, strides, dilationRate, depthMultiplier };
  for (const [name, value] of Object.entries(counts)) requireWhole(value, name);
  checkWord("padding", padding, ["valid", "same"]);
  const activation = activationFrom(settings.activation);
  const depthwise = weightMaker("depthwise", settings, "depthwise_kernel");
  const pointwise = weightMaker("pointwise", settings, "pointwise_kernel");
  const bias = weightMaker("bias", settings);
  const reach = (kernelSize - 1) * dilationRate + 1;
  const moves = {
    strides: [1, strides] as const,
    dilation: [1, dilationRate] as const,
    padding,
  };
  return {
    kind: "separableConv1d",
    className: "SeparableConv1D",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireSequence(input, "separableConv1d");
      const [length, channels] = input;
      const [, along] = resolveWindow([1, length], [1, kernelSize], moves);
      const middle = channels * depthMultiplier;
      return {
        outputShape: [along.output, filters],
        weights: [
          depthwise([kernelSize, channels, depthMultiplier]),
          pointwise([1, middle, filters]),
          ...(useBias ? [bias([filters])] : []),
        ],
        macs: along.output * middle * (kernelSize + filters),
        reach: { size: [reach, 1], stride: [strides, 1] },
        call([x], context) {
          const { build, weights } = context;
          // A sequence is an image that is one pixel high.
          const row = build.reshape(x, [x.shape[0], 1, length, channels]);
          const filter = build.reshape(weights.depthwise_kernel, [1, kernelSize, 1, middle]);
          const spread = build.conv2d(row, filter, { ...moves, groups: channels });
          const point = build.reshape(weights.pointwise_kernel, [1, 1, middle, filters]);
          const image = build.conv2d(spread, point);
          const y = build.reshape(image, [x.shape[0], along.output, filters]);
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
