// Pictures that show the same: resized, recompressed or slightly changed copies. Exact copies are found when a folder is read.

import { DataError } from "../core/errors.ts";
import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireWhole,
} from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { countOf, type ExampleSet, sliceSet } from "../data/example-set.ts";
import { bitsOf, hashesOf } from "./perceptual-hash.ts";

/** Which pictures count as the same. */
export interface NearDuplicateOptions {
  /** In how many of the 64 bits of their perceptual hashes they may differ. Default: 4. */
  readonly largestDistance?: number;
  /**
   * What a network makes of the examples with these numbers, `[rows, D]`, such as `explain.lastFeatures` of them. With it,
   * pictures must also have similar features, which leaves out those that only have the same rough shapes. It is asked once,
   * for the pictures whose hashes are close.
   */
  readonly features?: (rows: readonly number[]) => Tensor | Promise<Tensor>;
  /** The cosine similarity that features must have at least, from -1 to 1. Default: 0.95. */
  readonly leastSimilarity?: number;
  /** How many pairs are listed, the closest first. Default: 100. */
  readonly most?: number;
}

const optionNames: OptionNames<NearDuplicateOptions> = {
  largestDistance: true,
  features: true,
  leastSimilarity: true,
  most: true,
};

/** Two pictures that show the same. */
export interface NearDuplicate {
  /** Their places among the examples. */
  readonly first: number;
  readonly second: number;
  /** In how many of 64 bits their hashes differ. */
  readonly distance: number;
  /** The cosine similarity of their features, where those were given. */
  readonly similarity?: number;
}

/** Pairs with close hashes whose features are compared; there may be millions of pairs. */
const mostCompared = 500;

/** Pictures that are read at a time. */
const batch = 64;

/**
 * Pairs of pictures that are nearly the same, the closest first, by their perceptual hashes and, if given, their features. Time
 * grows with the square of the number of pictures: 10,000 take about a second, besides reading them.
 *
 * @param examples Pictures of bytes, with one or three channels: `{ x, y }`, or those of `data.imageFolder`.
 * @throws DataError where the pictures are no bytes, or the features belong to others.
 * @example for (const { first, second } of await nearDuplicates(train)) console.log(first, second);
 */
export async function nearDuplicates(
  examples: ExampleSet,
  options: NearDuplicateOptions = {},
): Promise<readonly NearDuplicate[]> {
  requireKnownOptions("nearDuplicates", options, optionNames);
  const { largestDistance = 4, features, leastSimilarity = 0.95, most = 100 } = options;
  requireWhole("largestDistance", largestDistance, 0);
  requireBetween("leastSimilarity", leastSimilarity, -1, 1);
  requireWhole("most", most);
  const hashes = await hashAll(examples);
  if (features === undefined) return closePairs(hashes, largestDistance, most);
  const pairs = closePairs(hashes, largestDistance, mostCompared);
  const rows = [...new Set(pairs.flatMap(({ first, second }) => [first, second]))];
  if (rows.length === 0) return [];
  const similarity = similarities(await features(rows), rows);
  return pairs
    .map((pair) => ({ ...pair, similarity: similarity(pair.first, pair.second) }))
    .filter((pair) => pair.similarity >= leastSimilarity)
    .slice(0, most);
}

/** The hashes of pictures, in two halves. */
interface Hashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** The pairs whose hashes are closest. */
function closePairs({ high, low }: Hashes, largestDistance: number, most: number): NearDuplicate[] {
  const found: NearDuplicate[][] = Array.from({ length: largestDistance + 1 }, () => []);
  for (let first = 0; first < high.length; first++) {
    for (let second = first + 1; second < high.length; second++) {
      const distance = bitsOf(high[first] ^ high[second]) + bitsOf(low[first] ^ low[second]);
      if (distance > largestDistance || found[distance].length === most) continue;
      found[distance].push({ first, second, distance });
    }
  }
  return found.flat().slice(0, most);
}

async function hashAll(examples: ExampleSet): Promise<Hashes> {
  const count = countOf(examples);
  const [high, low] = [new Uint32Array(count), new Uint32Array(count)];
  for (let first = 0; first < count; first += batch) {
    const { x } = await sliceSet(examples, first, Math.min(count, first + batch));
    const { data, shape } = x;
    if (!(data instanceof Uint8Array)) {
      throw new DataError({
        what: "nearDuplicates cannot read these pictures.",
        expected: "bytes, from 0 to 255",
        received: data.constructor.name,
        fix: "pass the pictures before they are scaled",
      });
    }
    hashesOf({ data, shape }).forEach((words, i) => {
      [high[first + i], low[first + i]] = words;
    });
  }
  return { high, low };
}

/** The cosine similarity of any two examples whose features those are. */
function similarities(
  { data, shape }: Tensor,
  rows: readonly number[],
): (first: number, second: number) => number {
  const count = rows.length;
  if (shape[0] !== count) {
    throw new DataError({
      what: "nearDuplicates: The features belong to other pictures.",
      expected: `one row for each of ${count} pictures`,
      received: formatShape(shape),
    });
  }
  const places = new Map(rows.map((row, at) => [row, at]));
  const placeOf = (row: number) => places.get(row) ?? 0;
  const width = data.length / count;
  const product = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < width; i++) {
      sum += Number(data[a * width + i]) * Number(data[b * width + i]);
    }
    return sum;
  };
  const lengths = Float64Array.from({ length: count }, (_, i) => Math.sqrt(product(i, i)));
  return (first, second) => {
    const [a, b] = [placeOf(first), placeOf(second)];
    const scale = lengths[a] * lengths[b];
    return scale === 0 ? Number(lengths[a] === lengths[b]) : product(a, b) / scale;
  };
}
