// What layers of images and of sequences share: a sequence `[L, C]` is an image that is one pixel high, so
// that one code serves both.

import { ShapeError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import { formatShape, type Shape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Window } from "../../graph/window.ts";
import { type Pair, pairOf, requireImage } from "../layer.ts";
import { type Reach, windowReach } from "../reach.ts";

type Two = readonly [number, number];

/** Where a layer works: on images, or on sequences. */
export interface Space {
  /** The axes of a batch that are places: `[1, 2]` for rows and columns. */
  readonly axes: readonly number[];
  /** @throws ShapeError unless `input` is one example of this kind; the message names the layer. */
  require(input: Shape, layer: string): void;
  /** An option in rows and columns. @throws ConfigError unless it is whole and at least 1. */
  pair(value: Pair, name: string): Two;
  /** Height, width and channels of one example. */
  imageOf(input: Shape): readonly [number, number, number];
  /** The shape of so many rows, columns and, last, channels. */
  shapeOf(rows: number, columns: number, ...channels: readonly number[]): number[];
  /** How far a window over such images looks, in rows and columns of the input. */
  reach(window: Window): Reach;
  /** A batch as images. */
  toImages(x: Node, build: Builder): Node;
  /** A batch of images as what they stand for. */
  fromImages(x: Node, build: Builder): Node;
}

/** Images `[H, W, C]`. */
export const images: Space = {
  axes: [1, 2],
  require: requireImage,
  pair: pairOf,
  imageOf: ([height, width, channels]) => [height, width, channels],
  shapeOf: (...dimensions) => dimensions,
  reach: windowReach,
  toImages: (x) => x,
  fromImages: (x) => x,
};

/** The other direction of a sequence. */
const oneRow = { input: 1, output: 1, taps: 1, stride: 1, dilation: 1, before: 0 } as const;

/** Sequences `[L, C]`. */
export const sequences: Space = {
  axes: [1],
  require: requireSequence,
  pair(value, name) {
    requireWhole(name, value as number);
    return [1, value as number];
  },
  imageOf: ([length, channels]) => [1, length, channels],
  shapeOf: (_, ...dimensions) => dimensions,
  reach: ([, time]) => windowReach([time, oneRow]),
  toImages(x, build) {
    const [count, length, channels] = x.shape;
    return build.reshape(x, [count, 1, length, channels]);
  },
  fromImages(x, build) {
    const [count, , length, channels] = x.shape;
    return build.reshape(x, [count, length, channels]);
  },
};

function requireSequence(input: Shape, layer: string): void {
  if (input.length === 2) return;
  throw new ShapeError({
    what: `${layer} works on sequences.`,
    expected: "[L, C] for each example",
    received: formatShape(input),
    fix: "reshape its input",
  });
}
