// Values with a shape, as people hand them in and get them back. Floor 0.

import type { NumericArray } from "./dtype.ts";
import { ShapeError, TargetError } from "./errors.ts";
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

/**
 * What `make` makes for a tensor of `shape`; `name` says whose, such as `The weight "dense/kernel"`, and
 * `fix` what to do.
 *
 * @throws TargetError where there is no memory for so many elements.
 */
export function withinMemory<T>(
  { shape, name, fix }: { readonly shape: Shape; readonly name: string; readonly fix: string },
  make: () => T,
): T {
  try {
    return make();
  } catch (cause) {
    // A stack that is used up is a RangeError as well.
    if (!(cause instanceof RangeError) || !/array|alloc/i.test(cause.message)) throw cause;
    throw new TargetError({
      what: `${name} does not fit into memory.`,
      expected: "as many elements as one array can hold",
      received: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
      fix,
      cause,
    });
  }
}
