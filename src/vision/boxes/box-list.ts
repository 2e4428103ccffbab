// Boxes as functions take them, checked: `[B, 4]`, every number finite. An edge may lie outside the picture, and
// the right one left of the left one: such a box has no area, overlaps nothing and is no error.

import { DataError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { float32Of, requireNumbers, type Tensor } from "../../core/tensor.ts";

/** Left, top, right and bottom edge of one box after another. */
export interface BoxList {
  readonly data: Float32Array;
  readonly count: number;
}

/**
 * The numbers of `boxes [B, 4]`; `name` is what messages call them.
 *
 * @throws ShapeError where they have another shape, DataError where a number is not finite.
 */
export function boxList(call: string, boxes: Tensor, name = "boxes"): BoxList {
  requireNumbers(boxes?.data, `${call}: the tensor ${name}`);
  const { shape } = boxes;
  if (shape.length !== 2 || shape[1] !== 4) {
    throw new ShapeError({
      what: `${call}: The tensor ${name} does not hold boxes.`,
      expected: "[B, 4]: left, top, right and bottom edge of each box",
      received: formatShape(shape),
    });
  }
  const data = float32Of(boxes.data);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw notFinite(call, name, data, i >> 2);
  }
  return { data, count: shape[0] };
}

function notFinite(call: string, name: string, data: Float32Array, row: number): DataError {
  return new DataError({
    what: `${call}: Row ${row} of ${name} is no box.`,
    expected: "four finite numbers",
    received: Array.from(data.subarray(4 * row, 4 * row + 4)).join(", "),
  });
}

/** One number for each box, such as scores. @throws DataError where there are more or fewer, or one is no number. */
export function requirePerBox(
  call: string,
  name: string,
  values: Float32Array | Int32Array | Uint8Array,
  count: number,
): void {
  requireNumbers(values, `${call}: the list ${name}`);
  if (values.length !== count) {
    throw new DataError({
      what: `${call}: There is not one entry of ${name} for each box.`,
      expected: String(count),
      received: String(values.length),
    });
  }
  for (let row = 0; row < count; row++) {
    if (!Number.isNaN(values[row])) continue;
    throw new DataError({
      what: `${call}: Entry ${row} of ${name} is no number.`,
      expected: "a number for each box",
      received: "NaN",
      fix: "A model whose training diverged predicts NaN: check its loss.",
    });
  }
}

/** The area of box `i`, 0 where an edge lies on the wrong side of the other. */
export function areaAt(data: Float32Array, i: number): number {
  const width = data[4 * i + 2] - data[4 * i];
  const height = data[4 * i + 3] - data[4 * i + 1];
  return width > 0 && height > 0 ? width * height : 0;
}

/** The area that box `i` of one list and box `j` of another have in common. */
export function intersectionAt(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const width = Math.min(a[4 * i + 2], b[4 * j + 2]) - Math.max(a[4 * i], b[4 * j]);
  if (!(width > 0)) return 0;
  const height = Math.min(a[4 * i + 3], b[4 * j + 3]) - Math.max(a[4 * i + 1], b[4 * j + 1]);
  return height > 0 ? width * height : 0;
}

/** Intersection over union of box `i` of one list and box `j` of another; 0 where neither has an area. */
export function iouAt(a: Float32Array, i: number, b: Float32Array, j: number): number {
  const common = intersectionAt(a, i, b, j);
  return common === 0 ? 0 : common / (areaAt(a, i) + areaAt(b, j) - common);
}
