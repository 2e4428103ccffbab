// Global pooling as layers: each channel of a sequence or an image becomes one number.

import type { Builder, ReduceOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { CommonOptions, PlanDraft } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { images, type Space, sequences } from "./space.ts";

export interface GlobalPooling1dOptions extends CommonOptions {
  /** Whether the length stays as an axis of 1: `[N, 1, C]`. Default: false. */
  readonly keepDimensions?: boolean;
}

export interface GlobalPooling2dOptions extends CommonOptions {
  /** Whether height and width stay as axes of 1: `[N, 1, 1, C]`. Default: false. */
  readonly keepDimensions?: boolean;
}

const names = { keepDimensions: "keepdims" };

/**
 * Global average pooling over time: `[N, L, C] → [N, C]`, the mean of each channel. As in Keras.
 *
 * @throws ShapeError if the input is not a sequence.
 * @example layers.globalAveragePooling1d()
 */
export function globalAveragePooling1d(
  options: GlobalPooling1dOptions = {},
): LayerInstance<GlobalPooling1dOptions> {
  return makeLayer(globalAveragePooling1d.facts, options, (given) =>
    globalPooling("globalAveragePooling1d", sequences, given, mean),
  );
}
globalAveragePooling1d.facts = layerFacts<GlobalPooling1dOptions>({
  name: "globalAveragePooling1d",
  options: names,
  keras: { className: "GlobalAveragePooling1D" },
});

/**
 * Global max pooling over time: `[N, L, C] → [N, C]`, the largest element of each channel. Equal elements
 * share the gradient. As in Keras.
 *
 * @throws ShapeError if the input is not a sequence.
 * @example layers.globalMaxPooling1d()
 */
export function globalMaxPooling1d(
  options: GlobalPooling1dOptions = {},
): LayerInstance<GlobalPooling1dOptions> {
  return makeLayer(globalMaxPooling1d.facts, options, (given) =>
    globalPooling("globalMaxPooling1d", sequences, given, largest),
  );
}
globalMaxPooling1d.facts = layerFacts<GlobalPooling1dOptions>({
  name: "globalMaxPooling1d",
  options: names,
  keras: { className: "GlobalMaxPooling1D" },
});

/**
 * Global average pooling: `[N, H, W, C] → [N, C]`, the mean of each channel. Source: Lin et al., "Network
 * in network", ICLR 2014. As in Keras.
 *
 * @throws ShapeError if the input is not an image.
 * @example layers.globalAveragePooling2d()
 */
export function globalAveragePooling2d(
  options: GlobalPooling2dOptions = {},
): LayerInstance<GlobalPooling2dOptions> {
  return makeLayer(globalAveragePooling2d.facts, options, (given) =>
    globalPooling("globalAveragePooling2d", images, given, mean),
  );
}
globalAveragePooling2d.facts = layerFacts<GlobalPooling2dOptions>({
  name: "globalAveragePooling2d",
  options: names,
  keras: { className: "GlobalAveragePooling2D" },
});

/**
 * Global max pooling: `[N, H, W, C] → [N, C]`, the largest pixel of each channel. Equal pixels share the
 * gradient. Source: Oquab et al., CVPR 2015. As in Keras.
 *
 * @throws ShapeError if the input is not an image.
 * @example layers.globalMaxPooling2d()
 */
export function globalMaxPooling2d(
  options: GlobalPooling2dOptions = {},
): LayerInstance<GlobalPooling2dOptions> {
  return makeLayer(globalMaxPooling2d.facts, options, (given) =>
    globalPooling("globalMaxPooling2d", images, given, largest),
  );
}
globalMaxPooling2d.facts = layerFacts<GlobalPooling2dOptions>({
  name: "globalMaxPooling2d",
  options: names,
  keras: { className: "GlobalMaxPooling2D" },
});

type Reduce = (build: Builder, x: Node, options: ReduceOptions) => Node;

const largest: Reduce = (build, x, along) => build.reduceMaximum(x, along);
const mean: Reduce = (build, x, along) => build.mean(x, along);

/** A layer that joins all places of each channel by `reduce`. */
function globalPooling(
  layer: string,
  { axes, require, shapeOf }: Space,
  given: GlobalPooling2dOptions,
  reduce: Reduce,
): LayerDraft<GlobalPooling2dOptions> {
  const { keepDimensions = false } = given;
  return {
    options: { ...given, keepDimensions },
    plan([input]): PlanDraft {
      require(input, layer);
      const channels = input[input.length - 1];
      return {
        outputShape: keepDimensions ? shapeOf(1, 1, channels) : [channels],
        reach: "all",
        call: ([x], { build }) => reduce(build, x, { axes, keepDimensions }),
      };
    },
  };
}
