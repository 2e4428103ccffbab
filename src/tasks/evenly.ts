// Some of many.

/** Up to `most` numbers below `count`, evenly spread. */
export function evenly(count: number, most: number): number[] {
  const length = Math.min(most, count);
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length));
}
