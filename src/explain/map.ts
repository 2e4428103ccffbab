// Maps of importance `[H, W]`: brought to 0…1, and to the size of the picture. It knows no model.

import type { Tensor } from "../core/tensor.ts";

/** Numbers by row and column. */
export type Plane = Tensor<Float32Array>;

/** A plane of the shape `[rows, columns]`, filled by `value`. */
export function plane(
  [rows, columns]: readonly [number, number],
  value: (index: number) => number,
): Plane {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => value(i));
  return { data, shape: [rows, columns] };
}

/** What is above 0. */
export function positive({ data, shape }: Plane): Plane {
  return { data: data.map((value) => Math.max(value, 0)), shape };
}

/** From 0 at the smallest to 1 at the largest; zeros where all are alike. */
export function toUnitRange({ data, shape }: Plane): Plane {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const range = high - low;
  return { data: data.map((value) => (range > 0 ? (value - low) / range : 0)), shape };
}

/** From 0 to 1 at the largest; zeros where nothing is above 0. */
export function toLargest({ data, shape }: Plane): Plane {
  const high = data.reduce((a, b) => Math.max(a, b), 0);
  return { data: data.map((value) => (high > 0 ? Math.max(value, 0) / high : 0)), shape };
}

/** Whether every number is the same, so that a map says nothing. */
export function isFlat({ data }: Plane): boolean {
  return data.every((value) => value === data[0]);
}

/** The mean of planes of one shape. */
export function meanOf(planes: readonly Plane[]): Plane {
  const [{ data, shape }] = planes;
  const sum = (i: number) => planes.reduce((total, one) => total + one.data[i], 0);
  return { data: data.map((_, i) => sum(i) / planes.length), shape };
}

/** `[h, w] → [rows, columns]`, bilinearly between the middles of pixels; edges repeat. */
export function resizePlane(source: Plane, [rows, columns]: readonly [number, number]): Plane {
  const [height, width] = source.shape;
  if (height === rows && width === columns) return source;
  const down = neighbours(height, rows);
  const across = neighbours(width, columns);
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const { low: top, high: bottom, share: drop } = down[row];
    for (let column = 0; column < columns; column++) {
      const { low: left, high: right, share } = across[column];
      const at = (r: number, c: number) => source.data[r * width + c];
      const upper = at(top, left) + (at(top, right) - at(top, left)) * share;
      const lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * share;
      data[row * columns + column] = upper + (lower - upper) * drop;
    }
  }
  return { data, shape: [rows, columns] };
}

/** For each of `wanted` places on a line of `size`: the two nearest, and how far it is to the second. */
function neighbours(size: number, wanted: number) {
  return Array.from({ length: wanted }, (_, i) => {
    const place = ((i + 0.5) * size) / wanted - 0.5;
    const before = Math.floor(place);
    const inside = (line: number) => Math.min(Math.max(line, 0), size - 1);
    return { low: inside(before), high: inside(before + 1), share: place - before };
  });
}
