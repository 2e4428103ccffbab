// What the two adaptive pooling layers share.

import { ShapeError } from "../../core/errors.ts";
import type { Builder, PoolOptions } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, type Layer, type Pair, pairOf, requireImage } from "../layer.ts";

export interface AdaptivePooling2dOptions extends CommonOptions {
  /** P and Q, rows and columns of the result. */
  readonly outputSize: Pair;
}

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

/** Windows along one side, where the image has fewer pixels: each is an operation of its own. */
const mostWindows = 1024;

/** A layer that joins each of a fixed number of windows by `pool`. */
export function adaptivePooling2d(
  names: { readonly kind: string; readonly className: string },
  options: AdaptivePooling2dOptions,
  pool: Pool,
): Layer<AdaptivePooling2dOptions> {
  const outputSize = pairOf(options.outputSize, "outputSize");
  return {
    ...names,
    options: { ...options, outputSize },
    plan([input]) {
      requireImage(input, names.kind);
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
        weights: [],
        macs: 0,
        reach: {
          size: [Math.ceil(height / rows), Math.ceil(width / columns)],
          stride: [height / rows, width / columns],
        },
        call: ([x], { build }) =>
          poolAlong(build, poolAlong(build, x, 1, rows, pool), 2, columns, pool),
      };
    },
  };
}
