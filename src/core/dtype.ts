// The element types of tensors, and the typed array that holds each.

/** `f32` for all arithmetic; `u8` for images; `i32` for labels, indices and counters. */
export type DType = "f32" | "u8" | "i32";

/** A typed array that can hold tensor elements. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/** Bytes per element. */
export const bytesPerElement = { f32: 4, u8: 1, i32: 4 } as const satisfies Record<DType, number>;

/** A zero-filled array of `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): Float32Array | Int32Array | Uint8Array {
  return viewOf(dtype, new ArrayBuffer(length * bytesPerElement[dtype]), 0, length);
}

/** A view of `length` elements of `dtype` at `byteOffset` in `buffer`; nothing is copied. */
export function viewOf(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case "f32":
      return new Float32Array(buffer, byteOffset, length);
    case "i32":
      return new Int32Array(buffer, byteOffset, length);
    case "u8":
      return new Uint8Array(buffer, byteOffset, length);
  }
}

/**
 * The dtype of each kind of array. Widths that no target computes with stand for f32, which holds their
 * whole numbers; f64 is for the reference, and becomes f32 elsewhere.
 */
const dtypes: Readonly<Record<string, DType>> = {
  Float32Array: "f32",
  Float64Array: "f32",
  Int8Array: "f32",
  Int16Array: "f32",
  Int32Array: "i32",
  Uint8Array: "u8",
  Uint8ClampedArray: "u8",
  Uint16Array: "f32",
  Uint32Array: "f32",
};

/** The name of a typed array's class, wherever the class comes from; undefined for anything else. */
function arrayClass(value: unknown): string | undefined {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  // Node's Buffer is a Uint8Array, and a worker or a test may have a Uint8Array of its own.
  return (value as unknown as NumericArray)[Symbol.toStringTag];
}

/** Whether `value` is a typed array that can hold tensor elements; a list is not, nor is BigInt64Array. */
export function isNumericArray(value: unknown): value is NumericArray {
  const name = arrayClass(value);
  return name !== undefined && Object.hasOwn(dtypes, name);
}

/** The dtype that an array's elements have. */
export function dtypeOf(array: NumericArray): DType {
  return dtypes[arrayClass(array) ?? ""] ?? "f32";
}

/** Whether an array may hold fractions, NaN and infinities. */
export function holdsFractions(array: NumericArray): boolean {
  return arrayClass(array)?.startsWith("Float") ?? false;
}
