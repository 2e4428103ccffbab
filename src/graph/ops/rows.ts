// What the softmax ops share: rows along the last axis, their largest element and their sum of powers.

import type { NumericArray } from "../../core/dtype.ts";
import { ShapeError } from "../../core/errors.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Sample, TensorType } from "../op.ts";

/** A reduction over the last axis, which stays with length 1. */
export function lastAxis({ shape }: Pick<TensorType, "shape">) {
  return { axes: [shape.length - 1], keepDimensions: true };
}

/** Throws where there is no last axis. */
export function requireRows(op: string, { shape }: TensorType): void {
  if (shape.length >= 1) return;
  throw new ShapeError({
    what: `${op} works along the last axis, and a single number has none.`,
    expected: "[…, C]",
    received: "[]",
  });
}

/** Calls `visit(row, its first position, its largest and Σ exp(x − largest))`. */
export function forEachRow(
  x: Tensor,
  visit: (
    row: NumericArray,
    at: number,
    scale: { readonly largest: number; readonly sum: number },
  ) => void,
): void {
  const length = x.shape[x.shape.length - 1];
  for (let at = 0; at < x.data.length; at += length) {
    const row = x.data.subarray(at, at + length);
    let largest = Number.NEGATIVE_INFINITY;
    for (const value of row) largest = Math.max(largest, value);
    let sum = 0;
    for (const value of row) sum += Math.exp(value - largest);
    visit(row, at, { largest, sum });
  }
}

/** Rows of odd lengths, with differences large enough to matter. */
export const rowSamples: readonly Sample<object>[] = [
  [7],
  [3, 10],
  [2, 3, 17],
  [33, 5],
  [4, 1],
].map((shape) => ({ inputs: [{ shape, range: [-5, 5] }], attributes: {} }));
