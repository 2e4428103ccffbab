// Examples that are held out of training, class by class. Which ones depends on the seed and the labels
// alone.

import { RandomStream } from "../core/random.ts";
import { type Examples, takeRows } from "./examples.ts";

/** Examples to learn from, and others to validate on. */
export interface HeldOut {
  readonly training: Examples;
  /** Absent where nothing is held out. */
  readonly validation?: Examples;
}

/** A stream of random numbers that no weight, mask or order of examples draws from. */
const holdOutStream = 2 ** 31 - 1;

/**
 * Holds a share of the examples out, the same share of every class as far as whole numbers go; every class keeps
 * at least one example to learn from. Both parts keep the order of the examples.
 * `[N, …] → [N - M, …], [M, …]`
 *
 * @example const { training, validation } = holdOut(train, 0.1, seed);
 */
export function holdOut(examples: Examples, share: number, seed: number): HeldOut {
  const isHeld = heldRows(examples.y.data, share, seed);
  const held = indicesWhere(isHeld, 1);
  if (held.length === 0) return { training: examples };
  return {
    training: pick(examples, indicesWhere(isHeld, 0)),
    validation: pick(examples, held),
  };
}

/** For each row 1 where it is held out, else 0: the same share of every class of `labels`. */
export function heldRows(labels: ArrayLike<number>, share: number, seed: number): Uint8Array {
  const places = new Map<number, number[]>();
  for (const index of new RandomStream(seed, holdOutStream).permutation(labels.length)) {
    const known = places.get(labels[index]);
    if (known === undefined) places.set(labels[index], [index]);
    else known.push(index);
  }
  const classes = [...places.keys()].sort((a, b) => a - b).map((label) => places.get(label) ?? []);
  const quotas = quotasOf(
    classes.map(({ length }) => length),
    share,
  );
  const isHeld = new Uint8Array(labels.length);
  classes.forEach((indices, i) => {
    for (const index of indices.slice(0, quotas[i])) isHeld[index] = 1;
  });
  return isHeld;
}

/** How many of each class are held out: rounded down, and what is missing goes to the largest remainders. */
function quotasOf(sizes: readonly number[], share: number): number[] {
  const quotas = sizes.map((size) => Math.min(size - 1, Math.floor(size * share)));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let missing = Math.round(total * share) - quotas.reduce((sum, quota) => sum + quota, 0);
  const remainders = sizes
    .map((size, i) => ({ i, remainder: size * share - quotas[i] }))
    .filter(({ i }) => quotas[i] < sizes[i] - 1)
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of remainders) {
    if (missing <= 0) break;
    quotas[i]++;
    missing--;
  }
  return quotas;
}

function indicesWhere(flags: Uint8Array, flag: number): Int32Array {
  return Int32Array.from([...flags.keys()].filter((index) => flags[index] === flag));
}

/** The examples of these indices, copied. */
function pick(examples: Examples, indices: Int32Array): Examples {
  const { x, y, sampleWeights } = examples;
  return {
    ...examples,
    x: takeRows(x, indices),
    y: takeRows(y, indices),
    ...(sampleWeights && { sampleWeights: takeRows(sampleWeights, indices) }),
  };
}
