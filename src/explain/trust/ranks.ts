// Ranks of numbers, and how alike two maps are by them.

/** The rank of each number from 0, ties at their middle. */
export function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = orderOf(values);
  const ranks = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && values[order[end]] === values[order[i]]) end++;
    for (let k = i; k < end; k++) ranks[order[k]] = (i + end - 1) / 2;
    i = end;
  }
  return ranks;
}

/** Places from the smallest number on; equal ones in their order. */
export function orderOf(values: ArrayLike<number>): Int32Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i);
  return order.sort((a, b) => values[a] - values[b] || a - b);
}

/** The correlation of ranks, from -1 to 1 (Spearman, 1904); 0 where one of them is flat. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [first, second] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length - 1) / 2;
  let product = 0;
  let spreadA = 0;
  let spreadB = 0;
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [first[i] - middle, second[i] - middle];
    product += da * db;
    spreadA += da * da;
    spreadB += db * db;
  }
  return spreadA === 0 || spreadB === 0 ? 0 : product / Math.sqrt(spreadA * spreadB);
}
