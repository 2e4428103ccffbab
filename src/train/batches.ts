// How rows are cut into steps. Numbers alone.

/** Steps that take equally many rows. */
export interface Batches {
  /** Rows of each step. */
  readonly batch: number;
  /** Steps before these. */
  readonly first: number;
  readonly steps: number;
}

/** Whole batches, then what is left. */
export function batchesOf(count: number, size: number): Batches[] {
  const whole = Math.floor(count / size);
  const rest = count - whole * size;
  return [
    { batch: size, first: 0, steps: whole },
    { batch: rest, first: whole, steps: rest > 0 ? 1 : 0 },
  ].filter(({ steps }) => steps > 0);
}
