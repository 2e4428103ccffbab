// Pictures in grey, and the order of their channels.

import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { lumaOf } from "./channels.ts";
import { emptyLike, imageBatch, type Pixels } from "./image-batch.ts";

/**
 * Pictures in grey: `[…, 3 or 4] → […, 1]`, by the luma of ITU-R BT.601, 0.299·R + 0.587·G + 0.114·B; bytes are
 * those of Pillow's `convert("L")`. Grey pictures stay as they are, and transparency is left out.
 *
 * @throws ShapeError where it is no picture of 1, 3 or 4 channels.
 * @example const grey = images.grayscale(photo);
 */
export function grayscale<T extends Pixels>(image: Tensor<T>): Tensor<T> {
  const { data, height, width, channels, shapeOf } = imageBatch("images.grayscale", image);
  const shape = shapeOf(height, width, 1);
  if (channels === 1) return { data: data.slice() as T, shape };
  requireColors("images.grayscale", image, channels, "1, 3 or 4");
  const result = emptyLike(data, data.length / channels);
  const isBytes = data instanceof Uint8Array;
  for (let i = 0; i < result.length; i++) {
    const [red, green, blue] = [0, 1, 2].map((c) => data[i * channels + c]);
    result[i] = isBytes ? lumaOf(red, green, blue) : 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return { data: result, shape };
}

/**
 * Red, green, blue as blue, green, red, or the other way round; a fourth channel stays the last one.
 *
 * @throws ShapeError where it is no picture of 3 or 4 channels.
 * @example const bgr = images.reverseChannels(photo);
 */
export function reverseChannels<T extends Pixels>(image: Tensor<T>): Tensor<T> {
  const { data, channels } = imageBatch("images.reverseChannels", image);
  requireColors("images.reverseChannels", image, channels, "3 or 4");
  const result = data.slice() as T;
  for (let i = 0; i < data.length; i += channels) {
    result[i] = data[i + 2];
    result[i + 2] = data[i];
  }
  return { data: result, shape: image.shape };
}

function requireColors(call: string, { shape }: Tensor, channels: number, expected: string): void {
  if (channels === 3 || channels === 4) return;
  throw new ShapeError({
    what: `${call}: The picture has no colours.`,
    expected: `[H, W, C] or [N, H, W, C] with C ${expected}`,
    received: formatShape(shape),
  });
}
