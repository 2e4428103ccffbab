// Adaptive pooling as layers: the output has a fixed size, whatever the size of the image.

import { ShapeError } from "../../core/errors.ts";
import type { Builder, PoolOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, type Pair, type PlanDraft, pairOf, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { type LayerDraft, layerFacts, makeLayer } from "../make-layer.ts";
import { dividedReach } from "../reach.ts";

export interface AdaptivePooling2dOptions extends CommonOptions {
  /** P and Q, rows and columns of the output. */
  readonly outputSize: Pair;
}

const names = { outputSize: "output_size" };
const example = "{ outputSize: 7 }";

/**
 * Adaptive average pooling: `[N, H, W, C] → [N, P, Q, C]`, the mean of each of P by Q windows, channel by
 * channel. Window p begins at row ⌊p · H / P⌋ and ends before ⌈(p + 1) · H / P⌉; columns alike. Source:
 * PyTorch's layer of that name. As in Keras.
 *
 * @throws ConfigError if the size is invalid, ShapeError if the input is not an image.
 * @example layers.adaptiveAveragePooling2d({ outputSize: [7, 7] })
 */
export function adaptiveAveragePooling2d(
  options: AdaptivePooling2dOptions,
): LayerInstance<AdaptivePooling2dOptions> {
  return makeLayer(adaptiveAveragePooling2d.facts, options, (given) =>
    adaptivePooling("adaptiveAveragePooling2d", given, (build, x, window) =>
      build.averagePool(x, window),
    ),
  );
}
adaptiveAveragePooling2d.facts = layerFacts<AdaptivePooling2dOptions>({
  name: "adaptiveAveragePooling2d",
  options: names,
  keras: { className: "AdaptiveAveragePooling2D" },
  example,
});

/**
 * Adaptive max pooling: `[N, H, W, C] → [N, P, Q, C]`, the largest pixel of each of P by Q windows,
 * channel by channel. Window p begins at row ⌊p · H / P⌋ and ends before ⌈(p + 1) · H / P⌉; columns alike.
 * Source: PyTorch's layer of that name. As in Keras.
 *
 * @throws ConfigError if the size is invalid, ShapeError if the input is not an image.
 * @example layers.adaptiveMaxPooling2d({ outputSize: [7, 7] })
 */
export function adaptiveMaxPooling2d(
  options: AdaptivePooling2dOptions,
): LayerInstance<AdaptivePooling2dOptions> {
  return makeLayer(adaptiveMaxPooling2d.facts, options, (given) =>
    adaptivePooling("adaptiveMaxPooling2d", given, (build, x, window) => build.maxPool(x, window)),
  );
}
adaptiveMaxPooling2d.facts = layerFacts<AdaptivePooling2dOptions>({
  name: "adaptiveMaxPooling2d",
  options: names,
  keras: { className: "AdaptiveMaxPooling2D" },
  example,
});

type Pool = (build: Builder, x: Node, options: PoolOptions) => Node;

/**
 * Joins windows along axis 1 or 2: they are rectangles, so rows can be joined first, then columns.
 */
function poolAlong(build: Builder, x: Node, axis: 1 | 2, count: number, pool: Pool): Node {
  const size = x.shape[axis];
  const window = (length: number) => {
    const sides: [number, number] = axis === 1 ? [length, 1] : [1, length];
    return { size: sides, strides: sides };
  };
  if (size % count === 0) return pool(build, x, window(size / count));
  const none = x.shape.map(() => 0);
  const parts = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * size) / count);
    const length = Math.ceil(((i + 1) * size) / count) - start;
    const part = build.slice(x, none.with(axis, start), x.shape.with(axis, length));
    return pool(build, part, window(length));
  });
  return build.concatenate(parts, axis);
}

/** The most windows along one side of an image with fewer pixels: each is an operation of its own. */
const mostWindows = 1024;

/** A layer that joins each of a fixed number of windows by `pool`. */
function adaptivePooling(
  layer: string,
  given: AdaptivePooling2dOptions,
  pool: Pool,
): LayerDraft<AdaptivePooling2dOptions> {
  const outputSize = pairOf(given.outputSize, "outputSize");
  return {
    options: { ...given, outputSize },
    plan([input]): PlanDraft {
      requireImage(input, layer);
      const [height, width, channels] = input;
      const [rows, columns] = outputSize;
      if (rows > Math.max(mostWindows, height) || columns > Math.max(mostWindows, width)) {
        throw new ShapeError({
          what: "There are far more windows than pixels.",
          expected: `at most ${mostWindows} a side, or as many as the image has pixels`,
          received: `${rows} by ${columns} windows over ${height} by ${width} pixels`,
          fix: "use a smaller outputSize, or resizing to enlarge an image",
        });
      }
      return {
        outputShape: [rows, columns, channels],
        reach: dividedReach([height, width], [rows, columns]),
        call: ([x], { build }) =>
          poolAlong(build, poolAlong(build, x, 1, rows, pool), 2, columns, pool),
      };
    },
  };
}
