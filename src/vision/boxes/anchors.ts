// Anchors: boxes of a few sizes and proportions at every place of a feature map, from which a detector starts.

import {
  type OptionNames,
  requireKnownOptions,
  requireList,
  requireNumber,
  requireOption,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { requireSize } from "../../images/resize.ts";

/** Which anchors there are. */
export interface AnchorOptions {
  /** Height and width of the picture in pixels. */
  readonly imageSize: readonly [height: number, width: number];
  /** For each feature map how many pixels lie between two of its places, such as `[8, 16, 32]`. */
  readonly strides: readonly number[];
  /**
   * For each feature map the sizes of its anchors: a number is the side of a square, whose area the ratios keep; a pair is
   * width and height as they are. Such as `[[32], [64], [128]]`.
   */
  readonly sizes: readonly (readonly (number | readonly [width: number, height: number])[])[];
  /** Height over width, for sizes that are one number. Default: `[0.5, 1, 2]`. */
  readonly ratios?: readonly number[];
}

const anchorNames: OptionNames<AnchorOptions> = {
  imageSize: true,
  strides: true,
  sizes: true,
  ratios: true,
};

/** The anchors of one feature map. */
export interface AnchorLevel {
  /** How many pixels lie between two of its places. */
  readonly stride: number;
  /** Rows of the feature map: the picture's height over the stride, rounded up. */
  readonly rows: number;
  /** Columns of the feature map: the picture's width over the stride, rounded up. */
  readonly columns: number;
  /** How many anchors there are at each place. */
  readonly perPlace: number;
  /** Where in all boxes its anchors begin. */
  readonly first: number;
  /** How many anchors it has. */
  readonly count: number;
}

/** Anchors of all feature maps. */
export interface Anchors {
  /** `[A, 4]`: left, top, right, bottom; map by map, row by row, column by column, at each place size by size. */
  readonly boxes: Tensor<Float32Array>;
  /** The feature maps, in the order of the strides. */
  readonly levels: readonly AnchorLevel[];
}

/**
 * Anchors at every place of feature maps: their middles lie in the middle of what a place covers. Ren et al., "Faster
 * R-CNN", NeurIPS 2015.
 *
 * @throws ConfigError where an option cannot be used.
 * @example
 * const { boxes } = vision.anchorBoxes({ imageSize: [128, 128], strides: [8, 16], sizes: [[16, 24], [48]] });
 */
export function anchorBoxes(options: AnchorOptions): Anchors {
  const call = "vision.anchorBoxes";
  requireKnownOptions(call, options, anchorNames, "{ imageSize, strides: [8], sizes: [[32]] }");
  const { imageSize, strides, sizes, ratios = [0.5, 1, 2] } = options;
  requireSize("imageSize", imageSize);
  requireList(`${call}: The strides cannot be used.`, strides, "a list of numbers");
  for (const stride of strides) requireNumber("strides", stride, { above: 0 });
  requireList(`${call}: The ratios cannot be used.`, ratios, "a list of numbers");
  for (const ratio of ratios) requireNumber("ratios", ratio, { above: 0 });
  const fits =
    Array.isArray(sizes) && sizes.length === strides.length && sizes.every(Array.isArray);
  requireOption("sizes", sizes, fits, "for each stride a list of sizes");
  const [height, width] = imageSize;
  const levels: AnchorLevel[] = [];
  const numbers: number[] = [];
  strides.forEach((stride, level) => {
    const shapes = sizes[level].flatMap((size) => shapesOf(size, ratios));
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    const count = rows * columns * shapes.length;
    levels.push({
      stride,
      rows,
      columns,
      perPlace: shapes.length,
      first: numbers.length / 4,
      count,
    });
    for (let place = 0; place < rows * columns; place++) {
      const x = ((place % columns) + 0.5) * stride;
      const y = (Math.floor(place / columns) + 0.5) * stride;
      for (const [wide, high] of shapes) {
        numbers.push(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2);
      }
    }
  });
  return { boxes: { data: Float32Array.from(numbers), shape: [numbers.length / 4, 4] }, levels };
}

function shapesOf(
  size: number | readonly [number, number],
  ratios: readonly number[],
): (readonly [number, number])[] {
  if (typeof size === "number") {
    requireNumber("sizes", size, { above: 0 });
    return ratios.map((ratio) => [size / Math.sqrt(ratio), size * Math.sqrt(ratio)] as const);
  }
  const fits = Array.isArray(size) && size.length === 2;
  requireOption("sizes", size, fits, "numbers, or pairs of width and height");
  for (const side of size) requireNumber("sizes", side, { above: 0 });
  return [size];
}
