// Numbers as files store them, little-endian, as the arrays that Fovea computes with: f32, i32 and
// u8. Knows no file.

import {
  narrowToFloat32,
  narrowToInt32,
  unsignedToInt32,
  widenBrainFloat,
  widenHalf,
} from "./widths.ts";

/** Bytes an element takes, for every dtype that Fovea reads, by the names of safetensors. */
export const fileDTypes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

/** A dtype that Fovea reads, as safetensors names it. */
export type FileDType = keyof typeof fileDTypes;

/**
 * The numbers in `bytes`: a view where that can be. F16 and BF16 become f32 exactly; F64 becomes
 * f32, rounded; BOOL becomes u8, other whole numbers i32. Null where one does not fit.
 */
export function storedNumbers(
  dtype: FileDType,
  bytes: Uint8Array,
): Float32Array | Int32Array | Uint8Array | null {
  switch (dtype) {
    case "U8":
    case "BOOL":
      return bytes;
    case "I8":
      return Int32Array.from(new Int8Array(...aligned(bytes, 1)));
    case "I16":
      return Int32Array.from(new Int16Array(...aligned(bytes, 2)));
    case "U16":
      return Int32Array.from(new Uint16Array(...aligned(bytes, 2)));
    case "U32":
      return unsignedToInt32(new Uint32Array(...aligned(bytes, 4)));
    case "F32":
      return new Float32Array(...aligned(bytes, 4));
    case "I32":
      return new Int32Array(...aligned(bytes, 4));
    case "F16":
      return widenHalf(new Uint16Array(...aligned(bytes, 2)));
    case "BF16":
      return widenBrainFloat(new Uint16Array(...aligned(bytes, 2)));
    case "F64":
      return narrowToFloat32(new Float64Array(...aligned(bytes, 8)));
    case "U64": {
      const values = narrowToInt32(new Int32Array(...aligned(bytes, 4)));
      // What is below 0 as a signed number is larger than any of those.
      return values?.some((value) => value < 0) ? null : values;
    }
    case "I64":
      return narrowToInt32(new Int32Array(...aligned(bytes, 4)));
  }
}

/** The arguments of a view with `width` bytes an element; unaligned bytes are copied first. */
function aligned(bytes: Uint8Array, width: number): [ArrayBufferLike, number, number] {
  const { buffer, byteOffset } = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return [buffer, byteOffset, bytes.length / width];
}
