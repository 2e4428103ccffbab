// Numbers of other widths, as files store them, turned into f32 and i32. Pure functions on typed arrays.
// Widening is exact; narrowing rounds, and refuses what would leave the range.

/** IEEE 754 half precision, given as bits, as f32. */
export function widenHalf(bits: Uint16Array): Float32Array {
  const table = halfTable();
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i]];
  return values;
}

/** bfloat16, given as bits, as f32: its bits are the upper half of the f32. */
export function widenBrainFloat(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bits[i] << 16;
  return new Float32Array(words.buffer);
}

/** The nearest f32 values; null where a finite value would become infinite. */
export function narrowToFloat32(values: Float64Array): Float32Array | null {
  const narrow = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    narrow[i] = values[i];
    if (!Number.isFinite(narrow[i]) && Number.isFinite(values[i])) return null;
  }
  return narrow;
}

/** 64-bit integers, given as pairs of words (low, high), as i32; null where one does not fit. */
export function narrowToInt32(words: Int32Array): Int32Array | null {
  const narrow = new Int32Array(words.length / 2);
  for (let i = 0; i < narrow.length; i++) {
    const low = words[2 * i];
    if (words[2 * i + 1] !== low >> 31) return null;
    narrow[i] = low;
  }
  return narrow;
}

/** Unsigned integers as i32; null where one does not fit. */
export function unsignedToInt32(values: Uint32Array): Int32Array | null {
  return values.some((value) => value > 0x7fffffff) ? null : Int32Array.from(values);
}

let halves: Float32Array | undefined;

/** Every half-precision value, by its bits; 256 KB, built when first needed. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfValue(bits));
  return halves;
}

/** The value of one number of half precision, given as bits. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
