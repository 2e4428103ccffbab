// The whole line of f32 numbers, and how far a result may be from it: what tests of functions share.

/** f32 numbers from their bits. */
export function fromBits(bits: Iterable<number>): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(bits).buffer);
}

function toBits(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0];
}

/** Every `step`-th f32 number, of either sign, infinities and what is not a number included. */
export function* everywhere(step: number): Generator<number> {
  for (let bits = 0; bits < 2 ** 32; bits += step) yield bits;
}

/** 200 neighbours to either side. */
export function* around(value: number): Generator<number> {
  const middle = toBits(value);
  for (let bits = middle - 200; bits <= middle + 200; bits++) yield bits >>> 0;
}

/** The distance between f32 numbers near `value`. */
function ulpOf(value: number): number {
  const size = Math.max(Math.abs(value), 2 ** -126);
  const exponent = Math.floor(Math.log2(size));
  const exact = 2 ** exponent > size ? exponent - 1 : exponent;
  return 2 ** (exact - 23);
}

/**
 * How far `received` is from `exact`, in ulp. A result too small for a normal number may be 0, and
 * one too large must be infinite.
 */
export function error(received: number, exact: number): number {
  if (Number.isNaN(exact)) return Number.isNaN(received) ? 0 : Number.POSITIVE_INFINITY;
  const rounded = Math.fround(exact);
  if (!Number.isFinite(rounded) || !Number.isFinite(received)) {
    return rounded === received ? 0 : Number.POSITIVE_INFINITY;
  }
  if (Math.abs(exact) < 2 ** -126 && received === 0) return 0;
  return Math.abs(received - exact) / ulpOf(exact);
}
