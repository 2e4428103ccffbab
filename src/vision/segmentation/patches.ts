// Parts of pictures and of their masks. Beyond the border a picture goes on backwards, as if in a mirror.

import { allocate, dtypeOf } from "../../core/dtype.ts";
import type { RandomStream } from "../../core/random.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { ClassMap } from "../annotated.ts";
import { unknownClass } from "../masks/class-map.ts";

/** Where a part of a picture begins, which may lie outside, and its rows and columns. */
export interface Part {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** The place inside of `length` that `at` shows: itself, or its image in mirrors at both ends. */
export function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const inside = ((at % period) + period) % period;
  return inside < length ? inside : period - inside;
}

/** A part of `[H, W, C]` or of `[H, W]`, of the same type. */
export function partOf<T extends Tensor>(picture: T, { top, left, rows, columns }: Part): T {
  const { data, shape } = picture;
  const [height, width, channels = 1] = shape;
  const result = allocate(dtypeOf(data), rows * columns * channels);
  const isInside = left >= 0 && left + columns <= width;
  for (let y = 0; y < rows; y++) {
    const from = mirrored(top + y, height) * width;
    const to = y * columns * channels;
    if (isInside) {
      const start = (from + left) * channels;
      result.set(data.subarray(start, start + columns * channels), to);
      continue;
    }
    for (let x = 0; x < columns; x++) {
      const start = (from + mirrored(left + x, width)) * channels;
      for (let c = 0; c < channels; c++) result[to + x * channels + c] = data[start + c];
    }
  }
  return { ...picture, data: result, shape: [rows, columns, ...shape.slice(2)] };
}

/** A random place for a part of this size; where the picture is smaller, it lies in the middle. */
export function randomPart(
  [height, width]: readonly number[],
  { rows, columns }: Pick<Part, "rows" | "columns">,
  random: RandomStream,
): Part {
  const start = (length: number, size: number) =>
    length <= size ? -Math.floor((size - length) / 2) : random.below(length - size + 1);
  return { top: start(height, rows), left: start(width, columns), rows, columns };
}

/**
 * A part around a pixel of a class, which is drawn from those that occur, each with the same chance: rare classes are
 * seen as often as common ones. Parts do not reach over the border where the picture is large enough.
 */
export function partByClass(
  map: ClassMap,
  { rows, columns }: Pick<Part, "rows" | "columns">,
  random: RandomStream,
): Part {
  const { data, shape } = map;
  const counts = new Uint32Array(256);
  for (const label of data) counts[label]++;
  const present = [...counts.keys()].filter((label) => label !== unknownClass && counts[label] > 0);
  if (present.length === 0) return randomPart(shape, { rows, columns }, random);
  const chosen = present[random.below(present.length)];
  let left = random.below(counts[chosen]);
  const at = data.findIndex((label) => label === chosen && left-- === 0);
  const [height, width] = shape;
  const [y, x] = [Math.floor(at / width), at % width];
  const start = (middle: number, length: number, size: number) => {
    if (length <= size) return -Math.floor((size - length) / 2);
    // Anywhere in the part, not always in its middle: a network could learn that.
    const shifted = middle - random.below(size);
    return Math.min(Math.max(shifted, 0), length - size);
  };
  return { top: start(y, height, rows), left: start(x, width, columns), rows, columns };
}
