// Colours that count by how opaque they are: what is transparent must not bleed into its neighbours where pixels are
// mixed. The last channel is transparency; bytes are rounded as Pillow rounds them.

import { byteOf, emptyLike, type Pixels } from "./image-batch.ts";

/** Colours times transparency; bytes of 255, floats of 1, are opaque. */
export function premultiplied<T extends Pixels>(data: T, channels: number): T {
  const result = data.slice() as T;
  const isBytes = data instanceof Uint8Array;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    for (let c = 0; c < channels - 1; c++) {
      const product = data[i + c] * alpha;
      result[i + c] = isBytes ? (product + 128 + ((product + 128) >> 8)) >> 8 : product;
    }
  }
  return result;
}

/** Colours divided by transparency again. */
export function unpremultiplied<T extends Pixels>(data: T, channels: number): T {
  const result = emptyLike(data, data.length);
  const isBytes = data instanceof Uint8Array;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    result[i + channels - 1] = alpha;
    for (let c = 0; c < channels - 1; c++) {
      const colour = data[i + c];
      if (alpha === 0 || (isBytes && alpha === 255)) result[i + c] = colour;
      else result[i + c] = isBytes ? byteOf(Math.floor((255 * colour) / alpha)) : colour / alpha;
    }
  }
  return result;
}
