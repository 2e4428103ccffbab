// How far two words are apart.

/** The least number of letters that are put in, taken out or replaced to get from `a` to `b` (Levenshtein, 1965). */
export function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(row[j - 1] + 1, above[j] + 1, replaced));
    }
    above = row;
  }
  return above[b.length];
}
