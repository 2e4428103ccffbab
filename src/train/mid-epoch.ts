// What must stay as it was when a run continues in the middle of an epoch. Knows counts, and neither models nor
// files.

import { ConfigError } from "../core/errors.ts";

/** How far the epoch has come. */
interface Reached {
  readonly steps: number;
  readonly means: { readonly examples: number };
}

/** How the rest of it would be trained. */
interface Batches {
  readonly batchSize: number;
  /** Examples to train on. */
  readonly count: number;
  /** The same when the epoch began, where that is known. Default: `count`. */
  readonly countBefore?: number | undefined;
  /** The step of the first batch, where an epoch sees a part of the examples. Default: 0. */
  readonly firstStep?: number;
}

/**
 * In the middle of an epoch the examples that were seen must stay those that were seen.
 *
 * @param fix what to do, in the words of whoever asks.
 * @throws ConfigError where batches or examples are others than before.
 */
export function checkMidEpoch({ steps, means }: Reached, batches: Batches, fix: string): void {
  const { batchSize, count, countBefore = count, firstStep = 0 } = batches;
  const seen = Math.min((firstStep + steps) * batchSize, count) - firstStep * batchSize;
  if (steps === 0 || (means.examples === seen && countBefore === count)) return;
  throw new ConfigError({
    what: "The run stopped in the middle of an epoch, which cannot continue with other batches.",
    expected: `the ${countBefore} training examples and the batch size of before`,
    received: `${count} examples in batches of ${batchSize}, after ${means.examples} in ${steps} steps`,
    fix,
  });
}
