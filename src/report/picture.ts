// Images as PNG pictures inside a page. Knows pixels, not what they show.

import { encode } from "fast-png";
import { DataError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/**
 * An image as the bytes of a PNG, without sharp: reports need no decoder.
 *
 * @param image `[H, W, C]`, 8-bit values; C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA).
 * @throws DataError for any other shape.
 */
export function pngOf(image: Tensor<Uint8Array>): Uint8Array {
  const { data, shape } = image;
  const [height, width, channels] = shape;
  if (shape.length !== 3 || channels < 1 || channels > 4 || width < 1 || height < 1) {
    throw new DataError({
      what: "The image cannot be shown.",
      expected: "[height, width, channels] with 1 to 4 channels",
      received: formatShape(shape),
      fix: "Take one image out of its batch, and at most four of its channels.",
    });
  }
  return encode({ width, height, data, channels, depth: 8 });
}

/**
 * An image as a `data:` address of a PNG, which an `<img>` shows without another file.
 *
 * @param image `[H, W, C]`, as `pngOf` takes it.
 * @throws DataError for any other shape.
 */
export function pngDataUri(image: Tensor<Uint8Array>): string {
  return `data:image/png;base64,${base64(pngOf(image))}`;
}

/** Bytes as text of the 64 characters. A call takes only so many arguments, so pieces are joined. */
function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 2 ** 14) {
    text += String.fromCharCode(...bytes.subarray(at, at + 2 ** 14));
  }
  return btoa(text);
}
