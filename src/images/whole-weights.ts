// Weights of pixels as whole numbers, as Pillow has them: sums of bytes are then the same everywhere.

import type { LineWeights } from "./resample.ts";

/** Bits behind the point of a weight: 8 bits of pixel and 2 of sums that overshoot leave these. */
export const precision = 22;
/** What a sum begins with, so that it is rounded. */
export const half = 1 << (precision - 1);

const known = new WeakMap<LineWeights, Int32Array>();

/** Weights as whole numbers of 2⁻²², halves away from 0. */
export function wholeWeights(line: LineWeights): Int32Array {
  const made = known.get(line);
  if (made !== undefined) return made;
  const { weights } = line;
  const whole = new Int32Array(weights.length);
  for (let i = 0; i < whole.length; i++) {
    whole[i] = Math.trunc((weights[i] < 0 ? -0.5 : 0.5) + weights[i] * 2 ** precision);
  }
  known.set(line, whole);
  return whole;
}
