// Many images of one size as one picture, side by side. Knows pixels, not what they show.

import { encode } from "fast-png";
import { DataError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";

/** Pixels between images, and their grey. */
const [gap, grey] = [2, 128];

/**
 * Images `[H, W, C]` of bytes as the bytes of a PNG, row by row, about as wide as high.
 *
 * @throws DataError where there is no image, or they differ in size.
 */
export function contactSheet(images: readonly Tensor<Uint8Array>[]): Uint8Array {
  const [height, width, channels] = images[0]?.shape ?? [];
  const isSame = ({ shape: [h, w, c] }: Tensor) => h === height && w === width && c === channels;
  if (images.length === 0 || !images.every(isSame)) {
    throw new DataError({
      what: "The images cannot be put side by side.",
      expected: "at least one image, all of one size",
      received: `${images.length} images`,
    });
  }
  const columns = Math.ceil(Math.sqrt((images.length * height) / width));
  const rows = Math.ceil(images.length / columns);
  const sheetWidth = columns * (width + gap) + gap;
  const sheetHeight = rows * (height + gap) + gap;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(grey);
  images.forEach((image, i) => {
    const left = gap + (i % columns) * (width + gap);
    const top = gap + Math.floor(i / columns) * (height + gap);
    for (let y = 0; y < height; y++) {
      const line = image.data.subarray(y * width * channels, (y + 1) * width * channels);
      data.set(line, ((top + y) * sheetWidth + left) * channels);
    }
  });
  return encode({ width: sheetWidth, height: sheetHeight, data, channels, depth: 8 });
}
