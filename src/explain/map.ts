// Maps of importance `[H, W]`: brought to 0…1, and to the size of the picture. It knows no model.

import { sameShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { resize } from "../images/resize.ts";

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
export function resizePlane({ data, shape }: Plane, size: readonly [number, number]): Plane {
  if (sameShape(shape, size)) return { data, shape };
  const options = { size, interpolation: "bilinear", antialias: false } as const;
  return { data: resize({ data, shape: [...shape, 1] }, options).data, shape: size };
}
