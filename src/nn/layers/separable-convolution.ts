// Convolutions that keep channels apart, as layers: depthwise ones, and separable ones, which mix the
// channels afterwards.

import { requireWhole, requireWord } from "../../core/option.ts";
import type { Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type Padding, resolveWindow } from "../../graph/window.ts";
import { type CommonOptions, type Pair, type PlanDraft, requirePadding } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import {
  type DepthwiseOptions,
  type PointwiseOptions,
  weightMaker,
  weightNames,
} from "../weight-options.ts";
import { type ResultOptions, resultFrom, resultNames } from "./result.ts";
import { images, type Space, sequences } from "./space.ts";

export interface DepthwiseConv2dOptions extends CommonOptions, DepthwiseOptions, ResultOptions {
  /** R and S, height and width of the kernel in pixels. */
  readonly kernelSize: Pair;
  /** How far the kernel moves down and right, in pixels. Default: 1. */
  readonly strides?: Pair;
  /**
   * `valid` adds nothing, `same` adds zeros on all sides; or the number of rows and columns of zeros
   * on each side. Default: `valid`.
   */
  readonly padding?: Padding;
  /** M, the number of filters for each channel. Default: 1. */
  readonly depthMultiplier?: number;
  /** The distance between elements of the kernel, in pixels. Default: 1. */
  readonly dilationRate?: Pair;
}

export interface SeparableConv1dOptions
  extends CommonOptions,
    DepthwiseOptions,
    PointwiseOptions,
    ResultOptions {
  /** K, the number of filters. */
  readonly filters: number;
  /** R, the length of the kernel in time steps. */
  readonly kernelSize: number;
  /** How far the kernel moves, in time steps. Default: 1. */
  readonly strides?: number;
  /** `valid` adds nothing, `same` adds zeros on both sides. Default: `valid`. */
  readonly padding?: "valid" | "same";
  /** The distance between elements of the kernel, in time steps. Default: 1. */
  readonly dilationRate?: number;
  /** M, the number of depthwise filters for each channel. Default: 1. */
  readonly depthMultiplier?: number;
}

export interface SeparableConv2dOptions extends DepthwiseConv2dOptions, PointwiseOptions {
  /** K, the number of filters. */
  readonly filters: number;
}

const defaults = {
  strides: 1,
  padding: "valid",
  dilationRate: 1,
  depthMultiplier: 1,
  depthwiseInitializer: "glorotUniform",
} as const;

const separableDefaults = { ...defaults, pointwiseInitializer: "glorotUniform" } as const;

const names = {
  kernelSize: "kernel_size",
  strides: "strides",
  padding: "padding",
  dilationRate: "dilation_rate",
  depthMultiplier: "depth_multiplier",
  ...weightNames("depthwise"),
  ...resultNames,
};

const separableNames = { filters: "filters", ...names, ...weightNames("pointwise") };

/** Keras 2 states what the class has that it extends; there is no such kernel. */
const separableFixed = {
  groups: 1,
  kernel_initializer: undefined,
  kernel_regularizer: undefined,
  kernel_constraint: undefined,
};

/**
 * 2D depthwise convolution: `[N, H, W, C] → [N, P, Q, C · M]`. Each channel is convolved by filters of
 * its own: channel `c` gives the outputs `c · M` to `c · M + M − 1`.
 *
 * Weights: `kernel [R, S, C, M]`, `bias [C · M]`. Source: Howard et al., "MobileNets", 2017. Options and
 * defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.depthwiseConv2d({ kernelSize: 3, padding: "same" })
 */
export function depthwiseConv2d(
  options: DepthwiseConv2dOptions,
): LayerInstance<DepthwiseConv2dOptions> {
  return makeLayer(depthwiseConv2d.facts, options, (given) => {
    const settings = { ...defaults, ...given };
    const depthwise = weightMaker("depthwise", settings, "kernel");
    const result = resultFrom(settings);
    requirePadding(settings.padding);
    const spread = depthwisePart("depthwiseConv2d", images, settings);
    return {
      options: { ...settings, ...result.options },
      plan([input]) {
        const { rows, columns, middle, kernel, reach, macs, call } = spread(input);
        return {
          outputShape: result.outputShape([rows, columns, middle]),
          weights: [depthwise(kernel), ...result.weights(middle)],
          macs,
          reach,
          call: ([x], context) =>
            result.finish(call(x, context.weights.kernel, context.build), context),
        };
      },
    };
  });
}
depthwiseConv2d.facts = layerFacts<DepthwiseConv2dOptions>({
  name: "depthwiseConv2d",
  options: names,
  keras: { className: "DepthwiseConv2D", fixed: { groups: 1 } },
  example: "{ kernelSize: 3 }",
});

/**
 * 1D separable convolution, such as over time: `[N, L, C] → [N, P, K]`, a depthwise convolution to
 * `C · M` channels, then a convolution of single time steps to `K` channels.
 *
 * Weights: `depthwise_kernel [R, C, M]`, `pointwise_kernel [1, C · M, K]`, `bias [K]`. Source: Chollet,
 * "Xception", CVPR 2017. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.separableConv1d({ filters: 64, kernelSize: 3, padding: "same" })
 */
export function separableConv1d(
  options: SeparableConv1dOptions,
): LayerInstance<SeparableConv1dOptions> {
  return makeLayer(separableConv1d.facts, options, (given) => {
    const settings = { ...separableDefaults, ...given };
    requireWord("padding", settings.padding, ["valid", "same"]);
    return separable("separableConv1d", sequences, settings);
  });
}
separableConv1d.facts = layerFacts<SeparableConv1dOptions>({
  name: "separableConv1d",
  options: separableNames,
  keras: {
    className: "SeparableConv1D",
    fixed: separableFixed,
    single: ["kernelSize", "strides", "dilationRate"],
  },
  example: "{ filters: 32, kernelSize: 3 }",
});

/**
 * 2D separable convolution: `[N, H, W, C] → [N, P, Q, K]`, a depthwise convolution to `C · M` channels,
 * then a convolution of single pixels to `K` channels.
 *
 * Weights: `depthwise_kernel [R, S, C, M]`, `pointwise_kernel [1, 1, C · M, K]`, `bias [K]`. Source:
 * Chollet, "Xception", CVPR 2017. Options and defaults as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.separableConv2d({ filters: 64, kernelSize: 3, padding: "same" })
 */
export function separableConv2d(
  options: SeparableConv2dOptions,
): LayerInstance<SeparableConv2dOptions> {
  return makeLayer(separableConv2d.facts, options, (given) => {
    const settings = { ...separableDefaults, ...given };
    requirePadding(settings.padding);
    return separable("separableConv2d", images, settings);
  });
}
separableConv2d.facts = layerFacts<SeparableConv2dOptions>({
  name: "separableConv2d",
  options: separableNames,
  keras: { className: "SeparableConv2D", fixed: separableFixed },
  example: "{ filters: 32, kernelSize: 3 }",
});

type DepthwiseSettings = Required<
  Pick<
    DepthwiseConv2dOptions,
    | "kernelSize"
    | "strides"
    | "padding"
    | "dilationRate"
    | "depthMultiplier"
    | "depthwiseInitializer"
  >
> &
  ResultOptions;

/** A convolution of each channel by `depthMultiplier` filters, once the shape of the input is known. */
function depthwisePart(layer: string, space: Space, settings: DepthwiseSettings) {
  const { padding, depthMultiplier } = settings;
  requireWhole("depthMultiplier", depthMultiplier);
  const taps = space.pair(settings.kernelSize, "kernelSize");
  const strides = space.pair(settings.strides, "strides");
  const dilation = space.pair(settings.dilationRate, "dilationRate");
  return (input: Shape) => {
    space.require(input, layer);
    const [height, width, channels] = space.imageOf(input);
    const window = resolveWindow([height, width], taps, { strides, padding, dilation });
    const [rows, columns] = window.map((axis) => axis.output);
    const [high, wide] = taps;
    const middle = channels * depthMultiplier;
    return {
      rows,
      columns,
      middle,
      kernel: space.shapeOf(high, wide, channels, depthMultiplier),
      reach: space.reach(window),
      macs: rows * columns * middle * high * wide,
      call(x: Node, kernel: Node, build: Builder): Node {
        const filter = build.reshape(kernel, [...taps, 1, middle]);
        const moves = { strides, padding, dilation, groups: channels };
        return build.conv2d(space.toImages(x, build), filter, moves);
      },
    };
  };
}

type SeparableSettings = DepthwiseSettings &
  Required<Pick<SeparableConv2dOptions, "filters" | "pointwiseInitializer">>;

function separable<S extends SeparableSettings>(
  layer: string,
  space: Space,
  settings: S,
): LayerDraft<S> {
  const { filters } = settings;
  requireWhole("filters", filters);
  const depthwise = weightMaker("depthwise", settings, "depthwise_kernel");
  const pointwise = weightMaker("pointwise", settings, "pointwise_kernel");
  const result = resultFrom(settings);
  const spread = depthwisePart(layer, space, settings);
  return {
    options: { ...settings, ...result.options },
    plan([input]): PlanDraft {
      const { rows, columns, middle, kernel, reach, macs, call } = spread(input);
      return {
        outputShape: result.outputShape(space.shapeOf(rows, columns, filters)),
        weights: [
          depthwise(kernel),
          pointwise(space.shapeOf(1, 1, middle, filters)),
          ...result.weights(filters),
        ],
        macs: macs + rows * columns * middle * filters,
        reach,
        call([x], context) {
          const { build, weights } = context;
          const channels = call(x, weights.depthwise_kernel, build);
          const point = build.reshape(weights.pointwise_kernel, [1, 1, middle, filters]);
          const y = build.conv2d(channels, point);
          return result.finish(space.fromImages(y, build), context);
        },
      };
    },
  };
}
