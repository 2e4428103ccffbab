// The element types of tensors, and the typed array that holds each. Floor 0.

/** `f32` for all arithmetic; `u8` for images; `i32` for labels, indices and counters. */
export type DType = "f32" | "u8" | "i32";

/** A typed array that can hold tensor elements; `Float64Array` serves the f64 reference. */
export type NumericArray = Float32Array | Float64Array | Int32Array | Uint8Array;

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

/** The dtype that an array's elements have; f64 arrays count as f32, which they stand in for. */
export function dtypeOf(array: NumericArray): DType {
  if (array instanceof Int32Array) return "i32";
  return array instanceof Uint8Array ? "u8" : "f32";
}
