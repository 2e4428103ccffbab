// Convolution as layers: of sequences, and of images.

import { ConfigError, ShapeError } from "../../core/errors.ts";
import { requireWhole, requireWord } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import { type Padding, resolveWindow } from "../../graph/window.ts";
import { type CommonOptions, type Pair, type PlanDraft, requirePadding } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { type KernelOptions, weightMaker, weightNames } from "../weight-options.ts";
import { type ResultOptions, resultFrom, resultNames } from "./result.ts";
import { images, type Space, sequences } from "./space.ts";

export interface Conv1dOptions extends CommonOptions, KernelOptions, ResultOptions {
  /** K, the number of filters. */
  readonly filters: number;
  /** R, the length of the kernel in time steps. */
  readonly kernelSize: number;
  /** How far the kernel moves, in time steps. Default: 1. */
  readonly strides?: number;
  /**
   * `valid` adds nothing, `same` adds zeros on both sides, `causal` adds them at the start, so that
   * no output depends on a later step. Default: `valid`.
   */
  readonly padding?: "valid" | "same" | "causal";
  /** The distance between elements of the kernel, in time steps. Default: 1. */
  readonly dilationRate?: number;
  /** The number of groups: each group of filters sees its own group of channels. Default: 1. */
  readonly groups?: number;
}

export interface Conv2dOptions extends CommonOptions, KernelOptions, ResultOptions {
  /** K, the number of filters. */
  readonly filters: number;
  /** R and S, height and width of the kernel in pixels. */
  readonly kernelSize: Pair;
  /** How far the kernel moves down and right, in pixels. Default: 1. */
  readonly strides?: Pair;
  /**
   * `valid` adds nothing, `same` adds zeros on all sides; or the number of rows and columns of zeros
   * on each side. Default: `valid`.
   */
  readonly padding?: Padding;
  /** The distance between elements of the kernel, in pixels. Default: 1. */
  readonly dilationRate?: Pair;
  /** The number of groups: each group of filters sees its own group of channels. Default: 1. */
  readonly groups?: number;
}

const defaults = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  groups: 1,
  kernelInitializer: "glorotUniform",
} as const;

const names = {
  filters: "filters",
  kernelSize: "kernel_size",
  strides: "strides",
  padding: "padding",
  dilationRate: "dilation_rate",
  groups: "groups",
  ...weightNames("kernel"),
  ...resultNames,
};

/**
 * 1D convolution, such as over time: `[N, L, C] → [N, P, K]`, with
 * `y[n, p, k] = activation(bias[k] + Σ x[n, p · stride + r · dilation − pad, c] · kernel[r, c, k])`.
 *
 * Weights: `kernel [R, C / groups, K]`, `bias [K]`. Source: Waibel et al., "Phoneme recognition using
 * time-delay neural networks", 1989. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.conv1d({ filters: 16, kernelSize: 5, padding: "causal", inputShape: [128, 6] })
 */
export function conv1d(options: Conv1dOptions): LayerInstance<Conv1dOptions> {
  return makeLayer(conv1d.facts, options, (given) => {
    const settings = { ...defaults, ...given };
    const { kernelSize, dilationRate, padding } = settings;
    requireWord("padding", padding, ["valid", "same", "causal"]);
    const left = (kernelSize - 1) * dilationRate;
    const causal = { top: 0, bottom: 0, left, right: 0 };
    return convolution("conv1d", sequences, settings, padding === "causal" ? causal : padding);
  });
}
conv1d.facts = layerFacts<Conv1dOptions>({
  name: "conv1d",
  options: names,
  keras: { className: "Conv1D", single: ["kernelSize", "strides", "dilationRate"] },
  example: "{ filters: 32, kernelSize: 3 }",
});

/**
 * 2D convolution: `[N, H, W, C] → [N, P, Q, K]`, with
 * `y[n, p, q, k] = activation(bias[k] + Σ x[n, p · stride + r · dilation − pad, …, c] · kernel[r, s, c, k])`.
 *
 * Weights: `kernel [R, S, C / groups, K]`, `bias [K]`. Source: LeCun et al., "Backpropagation applied
 * to handwritten zip code recognition", 1989. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] })
 */
export function conv2d(options: Conv2dOptions): LayerInstance<Conv2dOptions> {
  return makeLayer(conv2d.facts, options, (given) => {
    const settings = { ...defaults, ...given };
    requirePadding(settings.padding);
    return convolution("conv2d", images, settings, settings.padding);
  });
}
conv2d.facts = layerFacts<Conv2dOptions>({
  name: "conv2d",
  options: names,
  keras: { className: "Conv2D" },
  example: "{ filters: 32, kernelSize: 3 }",
});

type Settings = KernelOptions &
  ResultOptions &
  Required<Pick<Conv2dOptions, "filters" | "strides" | "dilationRate" | "groups">> &
  Pick<Conv2dOptions, "kernelSize"> &
  Required<Pick<Conv2dOptions, "kernelInitializer">>;

/** Either convolution; `padding` is that of the images. */
function convolution<S extends Settings>(
  layer: string,
  space: Space,
  settings: S,
  padding: Padding,
): LayerDraft<S> {
  const { filters, groups } = settings;
  requireWhole("filters", filters);
  requireWhole("groups", groups);
  if (filters % groups !== 0) {
    throw new ConfigError({
      what: "The option groups does not divide the filters.",
      expected: `a divisor of ${filters}`,
      received: String(groups),
    });
  }
  const taps = space.pair(settings.kernelSize, "kernelSize");
  const strides = space.pair(settings.strides, "strides");
  const dilation = space.pair(settings.dilationRate, "dilationRate");
  const kernel = weightMaker("kernel", settings);
  const result = resultFrom(settings);
  return {
    options: { ...settings, ...result.options },
    plan([input]): PlanDraft {
      space.require(input, layer);
      const [height, width, channels] = space.imageOf(input);
      if (channels % groups !== 0) {
        throw new ShapeError({
          what: "The groups do not divide the channels.",
          expected: `a multiple of ${groups} channels`,
          received: formatShape(input),
          fix: "choose another number of groups",
        });
      }
      const window = resolveWindow([height, width], taps, { strides, padding, dilation });
      const [rows, columns] = window.map((axis) => axis.output);
      const [high, wide] = taps;
      const depth = channels / groups;
      return {
        outputShape: result.outputShape(space.shapeOf(rows, columns, filters)),
        weights: [kernel(space.shapeOf(high, wide, depth, filters)), ...result.weights(filters)],
        macs: rows * columns * filters * high * wide * depth,
        reach: space.reach(window),
        call([x], context) {
          const { build, weights } = context;
          const image = space.toImages(x, build);
          const filter = build.reshape(weights.kernel, [...taps, depth, filters]);
          const y = build.conv2d(image, filter, { strides, padding, dilation, groups });
          return result.finish(space.fromImages(y, build), context);
        },
      };
    },
  };
}
