// How a picture of any size is covered by tiles that overlap, and how they count where they do: less and less towards
// their edges, so that no seam is seen. Numbers alone.

/** Tiles along one axis. */
export interface Tiling {
  /** Where the result of each tile begins; below 0 where the picture is smaller than one. */
  readonly starts: readonly number[];
  /** How much each place of a tile's result counts, above 0. */
  readonly weights: Float32Array;
  /** For each place of the picture the sum of the weights of all tiles. */
  readonly totals: Float32Array;
}

/** The tiles that cover `length` places by results of `size`, neighbours at least `overlap` (0 to below 1) on each other. */
export function tilingOf(length: number, size: number, overlap: number): Tiling {
  const starts = startsOf(length, size, overlap);
  const weights = Float32Array.from({ length: size }, (_, i) => Math.min(i + 1, size - i));
  const totals = new Float32Array(length);
  for (const start of starts) {
    for (let i = Math.max(0, -start); i < size && start + i < length; i++) {
      totals[start + i] += weights[i];
    }
  }
  return { starts, weights, totals };
}

/** Evenly spread from one end to the other, so that none reaches over the border. */
function startsOf(length: number, size: number, overlap: number): number[] {
  if (length <= size) return [-Math.floor((size - length) / 2)];
  const step = Math.max(1, Math.floor(size * (1 - overlap)));
  const count = Math.ceil((length - size) / step) + 1;
  return Array.from({ length: count }, (_, i) => Math.round(((length - size) * i) / (count - 1)));
}
