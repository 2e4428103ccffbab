// Values with a shape, as people hand them in and get them back. Floor 0.

import type { NumericArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "./shape.ts";

/** Row-major elements and the dimensions they fill. */
export interface Tensor<T extends NumericArray = NumericArray> {
  readonly data: T;
  readonly shape: Shape;
}

/**
 * Binds `data` to `shape`; nothing is copied.
 *
 * @throws ShapeError where the shape does not hold exactly `data.length` elements.
 * @example tensor(new Float32Array(6), [2, 3])
 */
export function tensor<T extends NumericArray>(data: T, shape: Shape): Tensor<T> {
  checkShape(shape, "A tensor's shape", 0);
  if (sizeOf(shape) === data.length) return { data, shape };
  throw new ShapeError({
    what: "The tensor's data does not fill its shape.",
    expected: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
    received: `${data.length} elements`,
  });
}
