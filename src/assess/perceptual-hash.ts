// A picture as 64 bits that stay nearly the same if it is resized, recompressed or a little brighter.

import type { Tensor } from "../core/tensor.ts";
import { grayscale } from "../images/color.ts";
import { resize } from "../images/resize.ts";

const side = 32;
const kept = 8;

/** The first cosines of a transform of 32 numbers, row by row. */
const cosines = Float64Array.from({ length: kept * side }, (_, at) =>
  Math.cos((Math.PI * Math.floor(at / side) * (2 * (at % side) + 1)) / (2 * side)),
);

/** Less than this is an error of rounding. */
const smallest = 1e-6;

/**
 * The perceptual hash of a picture as 16 hexadecimal digits: whether each of its 64 lowest frequencies is above their median,
 * in a grey picture of 32 by 32. The bits are those of `phash` of the Python package ImageHash.
 *
 * @param picture u8 `[H, W, C]` with 1, 3 or 4 channels.
 * @throws ShapeError where it is no picture.
 * @example perceptualHash(photo) // "d1c4e43e1b9ac3b4"
 */
export function perceptualHash(picture: Tensor<Uint8Array>): string {
  const [[high, low]] = hashesOf({ data: picture.data, shape: [1, ...picture.shape] });
  return [high, low].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** A hash as two words of 32 bits. */
export type HashWords = readonly [high: number, low: number];

/** The hashes of pictures `[N, H, W, C]`. */
export function hashesOf(pictures: Tensor<Uint8Array>): HashWords[] {
  const small = resize(grayscale(pictures), { size: [side, side], interpolation: "lanczos3" });
  const size = side * side;
  return Array.from({ length: pictures.shape[0] }, (_, i) =>
    wordsOf(lowFrequencies(small.data.subarray(i * size, (i + 1) * size))),
  );
}

/** Whether each number is above the median, in two words. */
function wordsOf(frequencies: Float64Array): HashWords {
  const sorted = frequencies.toSorted();
  const median = (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  const words: [number, number] = [0, 0];
  frequencies.forEach((value, i) => {
    if (value > median) words[i >> 5] |= 1 << (31 - (i & 31));
  });
  return [words[0] >>> 0, words[1] >>> 0];
}

/** The corner `[8, 8]` of the two-dimensional cosine transform. */
function lowFrequencies(pixels: Uint8Array): Float64Array {
  const columns = new Float64Array(kept * side);
  for (let k = 0; k < kept; k++) {
    for (let row = 0; row < side; row++) {
      const weight = cosines[k * side + row];
      for (let x = 0; x < side; x++) columns[k * side + x] += weight * pixels[row * side + x];
    }
  }
  return Float64Array.from({ length: kept * kept }, (_, at) => {
    const [k, l] = [Math.floor(at / kept), at % kept];
    let sum = 0;
    for (let x = 0; x < side; x++) sum += columns[k * side + x] * cosines[l * side + x];
    return Math.abs(sum) < smallest ? 0 : sum;
  });
}

/** How many bits of a word are 1. */
export function bitsOf(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
