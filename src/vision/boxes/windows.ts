// Where a classifier looks that is to find objects: windows that slide over a picture, and the picture in smaller and
// smaller sizes.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
} from "../../core/option.ts";
import type { Tensor } from "../../core/tensor.ts";
import { imageBatch, type Pixels } from "../../images/image-batch.ts";
import { requireSize, resize } from "../../images/resize.ts";

/** Which windows there are. */
export interface SlidingWindowOptions {
  /** Height and width of a window in pixels. */
  readonly size: readonly [height: number, width: number];
  /** How many pixels a window lies below the one above it, and right of the one before it. Default: half of the size. */
  readonly stride?: readonly [down: number, across: number];
}

const windowNames: OptionNames<SlidingWindowOptions> = { size: true, stride: true };

/**
 * Windows that cover a picture: `[B, 4]`, left, top, right, bottom, row by row. The last ones lie at the picture's edge, so
 * that they overlap those before them where the stride does not fit. A picture smaller than a window has none.
 *
 * @param imageSize Height and width of the picture in pixels.
 * @throws ConfigError where an option cannot be used.
 * @example const windows = vision.slidingWindows([480, 640], { size: [64, 64], stride: [32, 32] });
 */
export function slidingWindows(
  imageSize: readonly [height: number, width: number],
  options: SlidingWindowOptions,
): Tensor<Float32Array> {
  requireKnownOptions(
    "vision.slidingWindows",
    options,
    windowNames,
    "[480, 640], { size: [64, 64] }",
  );
  requireSize("imageSize", imageSize);
  requireSize("size", options.size);
  const [high, wide] = options.size;
  const { stride = [Math.max(1, high >> 1), Math.max(1, wide >> 1)] } = options;
  requireSize("stride", stride);
  const tops = startsOf(imageSize[0], high, stride[0]);
  const lefts = startsOf(imageSize[1], wide, stride[1]);
  const numbers = tops.flatMap((top) =>
    lefts.flatMap((left) => [left, top, left + wide, top + high]),
  );
  return { data: Float32Array.from(numbers), shape: [numbers.length / 4, 4] };
}

function startsOf(length: number, size: number, stride: number): number[] {
  const last = length - size;
  if (last < 0) return [];
  const count = Math.ceil(last / stride) + 1;
  return Array.from({ length: count }, (_, i) => Math.min(last, i * stride));
}

/** Which sizes a pyramid has. */
export interface ImagePyramidOptions {
  /** How many times smaller each picture is than the one before, above 1. Default: 1.5. */
  readonly factor?: number;
  /** Height and width that no picture falls below. Default: `[32, 32]`. */
  readonly smallest?: readonly [height: number, width: number];
  /** How many pictures there are at most. Default: as many as fit. */
  readonly maxLevels?: number;
}

const pyramidNames: OptionNames<ImagePyramidOptions> = {
  factor: true,
  smallest: true,
  maxLevels: true,
};

/** A picture of a pyramid. */
export interface PyramidLevel<T extends Pixels = Pixels> {
  /** `[h, w, C]` */
  readonly image: Tensor<T>;
  /** How many of its rows and columns are one of the first picture: boxes are divided by it. */
  readonly scale: readonly [down: number, across: number];
}

/**
 * A picture `[H, W, C]` in smaller and smaller sizes, the first one as it is: a window of one size finds large objects in
 * the small ones.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example
 * for (const { image, scale } of vision.imagePyramid(photo, { factor: 1.25, smallest: [64, 64] })) {
 *   console.log(image.shape, scale);
 * }
 */
export function imagePyramid<T extends Pixels>(
  image: Tensor<T>,
  options: ImagePyramidOptions = {},
): PyramidLevel<T>[] {
  const call = "vision.imagePyramid";
  requireKnownOptions(call, options, pyramidNames, "photo, { factor: 1.5 }");
  const { factor = 1.5, smallest = [32, 32], maxLevels = Number.POSITIVE_INFINITY } = options;
  requireNumber("factor", factor, { above: 1 });
  requireSize("smallest", smallest);
  if (options.maxLevels !== undefined) requireWhole("maxLevels", maxLevels);
  const { height, width } = imageBatch(call, image);
  requireOption("image", image.shape, image.shape.length === 3, "one picture, [H, W, C]");
  const levels: PyramidLevel<T>[] = [{ image, scale: [1, 1] }];
  while (levels.length < maxLevels) {
    const shrink = factor ** levels.length;
    const size = [Math.round(height / shrink), Math.round(width / shrink)] as const;
    const last = levels[levels.length - 1].image.shape;
    if (size[0] < smallest[0] || size[1] < smallest[1]) break;
    // A factor near 1 may not make a small picture smaller.
    if (size[0] === last[0] && size[1] === last[1]) break;
    levels.push({
      image: resize(image, { size }),
      scale: [size[0] / height, size[1] / width],
    });
  }
  return levels;
}
