// What sizes a detector has: its images, its points and its classes, as they stand in its network.

import { ConfigError } from "../../core/errors.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { BoxDecodingOptions } from "../../nn/layers/box-decoding.ts";
import type { Network } from "../../nn/network.ts";

/** The points of one map of features. */
export interface Level {
  /** The distance between neighbouring points, in pixels. */
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
  /** The number of its first point among all points. */
  readonly first: number;
}

/** The sizes of a detector. */
export interface DetectorShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** From the finest to the coarsest. */
  readonly levels: readonly Level[];
  /** The number of points of all levels. */
  readonly points: number;
  /** The number of classes. */
  readonly classes: number;
}

/** The levels of images of this size. */
export function levelsOf(
  [height, width]: readonly [number, number],
  strides: readonly number[],
): readonly Level[] {
  let first = 0;
  return strides.map((stride) => {
    const [rows, columns] = [height / stride, width / stride];
    const level = { stride, rows, columns, first };
    first += rows * columns;
    return level;
  });
}

/**
 * The sizes of a detector, which is a network of one image that ends in `layers.boxDecoding`; `call` begins the message.
 *
 * @throws ConfigError where it is none.
 */
export function detectorShapeOf(call: string, network: Network): DetectorShape {
  const [output] = network.outputs;
  const { unit } = output.application;
  const { inputShape } = network;
  const isAlone = network.inputs.length === 1 && network.outputs.length === 1;
  if (!isAlone || unit.kind !== "boxDecoding" || inputShape.length !== 3) {
    const shapes = network.outputs.map(({ shape }) => formatShape([null, ...shape]));
    throw new ConfigError({
      what: `${call} needs a detector.`,
      expected: "a model of images that ends in layers.boxDecoding",
      received: `"${network.name}", which ends in ${unit.className} ${shapes.join(", ")}`,
      fix: "make one with vision.detector",
    });
  }
  const [height, width, channels] = inputShape;
  const { strides } = unit.options as BoxDecodingOptions;
  const [points, columns] = output.shape;
  const levels = levelsOf([height, width], strides);
  return { height, width, channels, levels, points, classes: columns - 4 };
}

/** How many numbers the targets of one image are. */
export function targetSizeOf({ points, classes }: DetectorShape): number {
  return sizeOf([points, 4 + classes]);
}
