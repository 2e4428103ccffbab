// Parts of pictures.

import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { emptyLike, imageBatch, type Pixels } from "./image-batch.ts";
import { requireSize, resize } from "./resize.ts";

/** Which part of a picture is cut out. */
export interface ImageCropOptions {
  /** The height and the width of the part. */
  readonly size: readonly [height: number, width: number];
}

const known: OptionNames<ImageCropOptions> = { size: true };

/**
 * The middle of pictures: `[H, W, C] → [P, Q, C]`, or `[N, H, W, C] → [N, P, Q, C]`. Where an odd number of pixels
 * is cut off, one more goes at the bottom and at the right. A picture that is smaller than the part is enlarged
 * until it covers it, as Keras's layer does.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const middle = images.centerCrop(photo, { size: [224, 224] });
 */
export function centerCrop<T extends Pixels>(
  image: Tensor<T>,
  options: ImageCropOptions,
): Tensor<T> {
  requireKnownOptions("images.centerCrop", options, known, "{ size: [224, 224] }");
  const { size } = options;
  requireSize("size", size);
  const { data, count, height, width, channels, shapeOf } = imageBatch("images.centerCrop", image);
  const [rows, columns] = size;
  if (rows > height || columns > width) {
    return resize(image, { size, mode: "cover", antialias: false });
  }
  const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
  const result = emptyLike(data, count * rows * columns * channels);
  for (let row = 0; row < count * rows; row++) {
    const y = Math.floor(row / rows) * height + top + (row % rows);
    const from = (y * width + left) * channels;
    result.set(data.subarray(from, from + columns * channels), row * columns * channels);
  }
  return { data: result, shape: shapeOf(rows, columns) };
}
