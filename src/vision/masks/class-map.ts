// Masks and class maps as functions take them, checked.

import { DataError, ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { requireNumbers, type Tensor } from "../../core/tensor.ts";

/** The number of a pixel whose class is not known. */
export const unknownClass = 255;

/** Bytes in rows and columns. */
export interface Plane {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
}

/**
 * A mask or class map `u8 [H, W]`; `name` is what messages call it.
 *
 * @throws ShapeError where it has another shape, or another size than `size`, DataError where it does not consist of bytes.
 */
export function planeOf(
  call: string,
  name: string,
  map: Tensor,
  size?: readonly [height: number, width: number],
): Plane {
  requireNumbers(map?.data, `${call}: ${name}`);
  const { data, shape } = map;
  const [height, width] = shape;
  if (shape.length !== 2 || height < 1 || width < 1) {
    throw new ShapeError({
      what: `${call}: ${name} has another shape than a mask.`,
      expected: "[H, W], at least one pixel",
      received: formatShape(shape),
    });
  }
  if (size !== undefined && (height !== size[0] || width !== size[1])) {
    throw new ShapeError({
      what: `${call}: ${name} has another size than what it belongs to.`,
      expected: formatShape(size),
      received: formatShape(shape),
    });
  }
  if (data instanceof Uint8Array) return { data, height, width };
  throw new DataError({
    what: `${call}: ${name} does not consist of bytes.`,
    expected: "a Uint8Array",
    received: `a ${Object.getPrototypeOf(data).constructor.name}`,
    fix: "convert it: Uint8Array.from(data)",
  });
}
