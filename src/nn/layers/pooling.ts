// Pooling as layers: each window of a sequence or an image becomes its mean, or its largest element.

import { ConfigError } from "../../core/errors.ts";
import { requireWord } from "../../core/option.ts";
import type { Builder, PoolOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type Padding, resolveWindow } from "../../graph/window.ts";
import { type CommonOptions, type Pair, type PlanDraft, requirePadding } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { images, type Space, sequences } from "./space.ts";

export interface Pooling1dOptions extends CommonOptions {
  /** The length of the window in time steps. Default: 2. */
  readonly poolSize?: number;
  /** How far the window moves, in time steps. Default: its length. */
  readonly strides?: number;
  /** `valid` adds nothing, `same` adds padding on both sides. Default: `valid`. */
  readonly padding?: "valid" | "same";
}

export interface Pooling2dOptions extends CommonOptions {
  /** Height and width of the window in pixels. Default: 2. */
  readonly poolSize?: Pair;
  /** How far the window moves down and right, in pixels. Default: its height and width. */
  readonly strides?: Pair;
  /**
   * `valid` adds nothing, `same` adds padding on all sides; or the number of rows and columns on each
   * side. Padding never counts as a pixel. Default: `valid`.
   */
  readonly padding?: Padding;
}

const names = { poolSize: "pool_size", strides: "strides", padding: "padding" };
const example = "{ poolSize: 2 }";
const single = ["poolSize", "strides"];

/**
 * Max pooling over time: `[N, L, C] → [N, P, C]`, the largest element of each window, channel by channel.
 * The gradient goes to the first of equal elements. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.maxPooling1d({ poolSize: 2 })
 */
export function maxPooling1d(options: Pooling1dOptions = {}): LayerInstance<Pooling1dOptions> {
  return makeLayer(maxPooling1d.facts, options, (given) =>
    pooling("maxPooling1d", sequences, withWord(given), largest),
  );
}
maxPooling1d.facts = layerFacts<Pooling1dOptions>({
  name: "maxPooling1d",
  options: names,
  keras: { className: "MaxPooling1D", single },
  example,
});

/**
 * Average pooling over time: `[N, L, C] → [N, P, C]`, the mean of each window, channel by channel.
 * Padding does not count. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.averagePooling1d({ poolSize: 2 })
 */
export function averagePooling1d(options: Pooling1dOptions = {}): LayerInstance<Pooling1dOptions> {
  return makeLayer(averagePooling1d.facts, options, (given) =>
    pooling("averagePooling1d", sequences, withWord(given), mean),
  );
}
averagePooling1d.facts = layerFacts<Pooling1dOptions>({
  name: "averagePooling1d",
  options: names,
  keras: { className: "AveragePooling1D", single },
  example,
});

/**
 * Max pooling: `[N, H, W, C] → [N, P, Q, C]`, the largest pixel of each window, channel by channel. The
 * gradient goes to the first of equal pixels. Source: Ranzato et al., CVPR 2007. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.maxPooling2d({ poolSize: 2 })
 */
export function maxPooling2d(options: Pooling2dOptions = {}): LayerInstance<Pooling2dOptions> {
  return makeLayer(maxPooling2d.facts, options, (given) =>
    pooling("maxPooling2d", images, given, largest),
  );
}
maxPooling2d.facts = layerFacts<Pooling2dOptions>({
  name: "maxPooling2d",
  options: names,
  keras: { className: "MaxPooling2D" },
  example,
});

/**
 * Average pooling: `[N, H, W, C] → [N, P, Q, C]`, the mean of each window, channel by channel. Padding
 * does not count. Source: LeCun et al., 1998 (LeNet-5). As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input does not fit.
 * @example layers.averagePooling2d({ poolSize: 2 })
 */
export function averagePooling2d(options: Pooling2dOptions = {}): LayerInstance<Pooling2dOptions> {
  return makeLayer(averagePooling2d.facts, options, (given) =>
    pooling("averagePooling2d", images, given, mean),
  );
}
averagePooling2d.facts = layerFacts<Pooling2dOptions>({
  name: "averagePooling2d",
  options: names,
  keras: { className: "AveragePooling2D" },
  example,
});

/** What becomes of a window. */
type Pool = (build: Builder, x: Node, options: PoolOptions) => Node;

const largest: Pool = (build, x, window) => build.maxPool(x, window);
const mean: Pool = (build, x, window) => build.averagePool(x, window);

/** The same options. @throws ConfigError unless the padding is a word that is known. */
function withWord(options: Pooling1dOptions): Pooling1dOptions {
  requireWord("padding", options.padding ?? "valid", ["valid", "same"]);
  return options;
}

/** @throws ConfigError if a window could lie outside of the image, where it would have no value. */
function requireSomeImage(padding: Padding, [rows, columns]: readonly [number, number]): void {
  if (typeof padding === "string") return;
  const { top, bottom, left, right } = padding;
  if (Math.max(top, bottom) < rows && Math.max(left, right) < columns) return;
  throw new ConfigError({
    what: "The option padding is larger than the window.",
    expected: `at most ${rows - 1} rows and ${columns - 1} columns on each side`,
    received: JSON.stringify(padding),
  });
}

/** A layer that joins each window of each channel by `pool`. */
function pooling<O extends Pooling1dOptions | Pooling2dOptions>(
  layer: string,
  space: Space,
  given: O,
  pool: Pool,
): LayerDraft<O> {
  const { poolSize = 2, padding = "valid" } = given;
  const size = space.pair(poolSize, "poolSize");
  const strides = space.pair(given.strides ?? poolSize, "strides");
  requirePadding(padding);
  requireSomeImage(padding, size);
  const own = (pair: readonly [number, number]) => (space === sequences ? pair[1] : pair);
  return {
    options: { ...given, poolSize: own(size), strides: own(strides), padding },
    plan([input]): PlanDraft {
      space.require(input, layer);
      const [height, width, channels] = space.imageOf(input);
      const window = resolveWindow([height, width], size, { strides, padding });
      const [rows, columns] = window;
      return {
        outputShape: space.shapeOf(rows.output, columns.output, channels),
        reach: space.reach(window),
        call([x], { build }) {
          const y = pool(build, space.toImages(x, build), { size, strides, padding });
          return space.fromImages(y, build);
        },
      };
    },
  };
}
