// Rows from the highest score to the lowest; of equal scores the earlier row comes first. Sorted digit by digit, as
// comparing a hundred thousand scores takes longer than all that follows.

const digitBits = 11;
const digits = 1 << digitBits;

/** The rows of `scores`, or of those among them that are in `rows`, by score. No score may be NaN. */
export function scoreOrder(scores: Float32Array, rows?: Int32Array): Int32Array {
  let order = rows?.slice() ?? new Int32Array(scores.length).map((_, i) => i);
  let other = new Int32Array(order.length);
  const keys = descendingKeys(scores);
  for (let shift = 0; shift < 32; shift += digitBits) {
    const starts = new Int32Array(digits + 1);
    for (let i = 0; i < order.length; i++) {
      starts[((keys[order[i]] >>> shift) & (digits - 1)) + 1]++;
    }
    for (let digit = 0; digit < digits; digit++) starts[digit + 1] += starts[digit];
    for (let i = 0; i < order.length; i++) {
      other[starts[(keys[order[i]] >>> shift) & (digits - 1)]++] = order[i];
    }
    [order, other] = [other, order];
  }
  return order;
}

/** Whole numbers that are the smaller the higher a score is. */
function descendingKeys(scores: Float32Array): Uint32Array {
  // Adding 0 makes the two zeros one.
  const keys = new Uint32Array(scores.map((score) => score + 0).buffer);
  for (let i = 0; i < keys.length; i++) {
    keys[i] = keys[i] >>> 31 === 1 ? keys[i] : ~keys[i] & 0x7fffffff;
  }
  return keys;
}
