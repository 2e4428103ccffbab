// One-dimensional convolution as a layer.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { resolveWindow } from "../../graph/window.ts";
import type { InitializerSetting } from "../initializers/index.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { type WeightOptions, weightMaker } from "../weight-options.ts";
import { type ActivationSetting, activationFrom } from "./activation-setting.ts";
import { requireSequence } from "./sequences.ts";

export interface Conv1dOptions extends CommonOptions, WeightOptions<"kernel" | "bias"> {
  /** K, the number of filters. */
  readonly filters: number;
  /** R, the length of a filter. */
  readonly kernelSize: number;
  /** Steps along the sequence. Default: 1. */
  readonly strides?: number;
  /** `valid` (the default), `same`, or `causal`: all of `same`'s zeros at the start. */
  readonly padding?: "valid" | "same" | "causal";
  /** Steps between neighbouring taps. Default: 1. */
  readonly dilationRate?: number;
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

/** @throws ConfigError unless `padding` is a word that is known. */
function requireWord(padding: string): void {
  if (["valid", "same", "causal"].includes(padding)) return;
  throw new ConfigError({
    what: "The option padding cannot be used.",
    expected: '"valid", "same" or "causal"',
    received: JSON.stringify(padding),
  });
}

/**
 * Convolution along one axis: `[N, L, C] → [N, P, K]`, with
 * `y[n, p, k] = activation(b[k] + Σ x[n, p·stride + r·dilation − pad, c] · w[r, c, k])`.
 * Weights: `kernel [R, C / groups, K]`, `bias [K]`. Source: Waibel et al., "Phoneme recognition
 * using time-delay neural networks", 1989; options and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the input does not fit.
 * @example layers.conv1d({ filters: 16, kernelSize: 5, padding: "causal", inputShape: [128, 6] })
 */
export function conv1d(options: Conv1dOptions): Layer<Conv1dOptions> {
  const settings = {
    strides: 1,
    padding: "valid" as const,
    dilationRate: 1,
    groups: 1,
    activation: "linear" as ActivationSetting,
    useBias: true,
    kernelInitializer: "glorotUniform" as InitializerSetting,
    biasInitializer: "zeros" as InitializerSetting,
    ...options,
  };
  const { filters, kernelSize, strides, padding, dilationRate, groups, useBias } = settings;
  for (const [name, value] of Object.entries({
    filters,
    kernelSize,
    strides,
    dilationRate,
    groups,
  })) {
    requireWhole(value, name);
  }
  requireWord(padding);
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
  const reach = (kernelSize - 1) * dilationRate + 1;
  const moves = {
    strides: [1, strides] as const,
    dilation: [1, dilationRate] as const,
    padding:
      padding === "causal" ? { top: 0, bottom: 0, left: reach - 1, right: 0 } : (padding as "same"),
  };
  return {
    kind: "conv1d",
    className: "Conv1D",
    options: { ...settings, activation: activation.setting },
    plan([input]) {
      requireSequence(input, "conv1d");
      const [length, channels] = input;
      if (channels % groups !== 0) {
        throw new ShapeError({
          what: "The groups do not divide the channels.",
          expected: `[L, C] with a multiple of ${groups} as C`,
          received: formatShape(input),
          fix: "choose another number of groups",
        });
      }
      const taps = [kernelSize, channels / groups, filters];
      const [, along] = resolveWindow([1, length], [1, kernelSize], moves);
      return {
        outputShape: [along.output, filters],
        weights: [kernel(taps), ...(useBias ? [bias([filters])] : [])],
        macs: along.output * filters * kernelSize * (channels / groups),
        reach: { size: [reach, 1], stride: [strides, 1] },
        call([x], context) {
          const { build, weights } = context;
          // A sequence is an image that is one pixel high.
          const row = build.reshape(x, [x.shape[0], 1, length, channels]);
          const filter = build.reshape(weights.kernel, [1, ...taps]);
          const image = build.conv2d(row, filter, { ...moves, groups });
          const y = build.reshape(image, [x.shape[0], along.output, filters]);
          return activation.apply(useBias ? build.add(y, weights.bias) : y, context);
        },
      };
    },
  };
}
