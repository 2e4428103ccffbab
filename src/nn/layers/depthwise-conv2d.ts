// Convolution of each channel on its own, as a layer.

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

export interface DepthwiseConv2dOptions extends CommonOptions, WeightOptions<"depthwise" | "bias"> {
  /** R and S, height and width of a filter in pixels. */
  readonly kernelSize: Pair;
  /** Steps down and right in pixels. Default: 1. */
  readonly strides?: Pair;
  /** `valid` (the default), `same`, or rows and columns of zeros. */
  readonly padding?: Padding;
  /** M, the number of filters for each channel. Default: 1. */
  readonly depthMultiplier?: number;
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

/**
 * Depthwise convolution: `[N, H, W, C] → [N, P, Q, C·M]`; channel `c` gives the results `c·M` to
 * `c·M + M − 1`, each by a filter of its own. Weights: `kernel [R, S, C, M]`, `bias [C·M]`. Source:
 * Howard et al., "MobileNets", 2017; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.depthwiseConv2d({ kernelSize: 3, padding: "same" })
 */
export function depthwiseConv2d(options: DepthwiseConv2dOptions): Layer<DepthwiseConv2dOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as Padding,
    depthMultiplier: 1,
    dilationRate: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    depthwiseInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { padding, depthMultiplier, useBias } = settings;
  requireWhole(depthMultiplier, "depthMultiplier");
  requirePadding(padding);
  const activation = activationFrom(settings.activation);
  const kernel = weightMaker("depthwise", settings, "kernel");
  const bias = weightMaker("bias", settings);
  const taps = pairOf(settings.kernelSize, "kernelSize");
  const strides = pairOf(settings.strides, "strides");
  const dilation = pairOf(settings.dilationRate, "dilationRate");
  return {
    kind: "depthwiseConv2d",
    className: "DepthwiseConv2D",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireImage(input, "depthwiseConv2d");
      const [height, width, channels] = input;
      const window = resolveWindow([height, width], taps, { strides, padding, dilation });
      const [rows, columns] = window.map((axis) => axis.output);
      const filters = channels * depthMultiplier;
      return {
        outputShape: [rows, columns, filters],
        weights: [
          kernel([...taps, channels, depthMultiplier]),
          ...(useBias ? [bias([filters])] : []),
        ],
        macs: rows * columns * filters * taps[0] * taps[1],
        reach: {
          size: [(taps[0] - 1) * dilation[0] + 1, (taps[1] - 1) * dilation[1] + 1],
          stride: strides,
        },
        call([x], context) {
          const { build, weights } = context;
          const filter = build.reshape(weights.kernel, [...taps, 1, filters]);
          const y = build.conv2d(x, filter, { strides, padding, dilation, groups: channels });
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
