// Values with a shape, as people hand them in and get them back.

import { isNumericArray, type NumericArray } from "./dtype.ts";
import { DataError, ShapeError, TargetError } from "./errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "./shape.ts";

/** Row-major elements and the dimensions they fill. */
export interface Tensor<T extends NumericArray = NumericArray> {
  readonly data: T;
  readonly shape: Shape;
}

/**
 * Binds `data` to `shape`; nothing is copied.
 *
 * @throws DataError where `data` is no typed array of numbers, ShapeError where the shape does not hold
 * exactly `data.length` elements.
 * @example tensor(new Float32Array(6), [2, 3])
 */
export function tensor<T extends NumericArray>(data: T, shape: Shape): Tensor<T> {
  requireNumbers(data, "A tensor's data");
  checkShape(shape, "A tensor's shape", 0);
  if (sizeOf(shape) === data.length) return { data, shape };
  throw new ShapeError({
    what: "The tensor's data does not fill its shape.",
    expected: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
    received: `${data.length} elements`,
  });
}

/** The same numbers in f32; not copied where they are that. */
export function float32Of(data: NumericArray): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** Elements of the largest array that any engine makes. */
const mostElements = 2 ** 32;

/** A tensor that is about to be made. */
interface TensorToMake {
  readonly shape: Shape;
  /** Whose it is, such as `The weight "dense/kernel"`. */
  readonly name: string;
  /** What to do where it does not fit. */
  readonly fix: string;
}

/** @throws TargetError where no memory could hold so many elements. */
export function requireLength(wanted: TensorToMake): void {
  if (sizeOf(wanted.shape) > mostElements) throw outOfMemory(wanted);
}

/** @throws DataError unless `data` is a typed array of numbers; `what` begins the message. */
export function requireNumbers(data: unknown, what: string): void {
  if (isNumericArray(data)) return;
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const isList = Array.isArray(data);
  throw new DataError({
    what: `${what} is no typed array of numbers.`,
    expected: "a typed array, such as Float32Array or Uint8Array",
    received: isList ? `a list of ${data.length}` : kindOf(data),
    ...(isList ? { fix: "convert it: Float32Array.from(values)" } : {}),
    ...(isWide ? { fix: "convert it: Int32Array.from(values, Number)" } : {}),
  });
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/**
 * What `make` makes for a tensor.
 *
 * @throws TargetError where there is no memory for so many elements.
 */
export function withinMemory<T>(wanted: TensorToMake, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    // A stack that is used up is a RangeError as well.
    if (!(cause instanceof RangeError) || !/array|alloc/i.test(cause.message)) throw cause;
    throw outOfMemory(wanted, cause);
  }
}

function outOfMemory({ shape, name, fix }: TensorToMake, cause?: unknown): TargetError {
  return new TargetError({
    what: `${name} does not fit into memory.`,
    expected: "as many elements as one array can hold",
    received: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
    fix,
    cause,
  });
}
