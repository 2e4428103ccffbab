// The element types of tensors, and the typed array that holds each. Floor 0.

/** `f32` for all arithmetic; `u8` for images; `i32` for labels, indices and counters. */
export type DType = "f32" | "u8" | "i32";

/** A typed array that can hold tensor elements; `Float64Array` serves the f64 reference. */
export type NumericArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** Bytes per element. */
export const bytesPerElement = { f32: 4, u8: 1, i32: 4 } as const satisfies Record<DType, number>;

const arrays = {
  f32: Float32Array,
  u8: Uint8Array,
  i32: Int32Array,
} as const satisfies Record<DType, unknown>;

/** A zero-filled array of `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): Float32Array | Int32Array | Uint8Array {
  return new arrays[dtype](length);
}

/** A view of `length` elements of `dtype` at `byteOffset` in `buffer`; nothing is copied. */
export function viewOf(
  dtype: DType,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Float32Array | Int32Array | Uint8Array {
  return new arrays[dtype](buffer, byteOffset, length);
}
