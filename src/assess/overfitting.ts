// Whether the curves of a run show overfitting. Knows epoch records only, and says it in numbers.

import type { EpochRecord } from "../train/events.ts";
import { bestEpoch } from "./epoch-metrics.ts";

/** The validation loss has risen by at least this factor since it was lowest. */
const notableRise = 1.1;
/** The validation loss is at least this many times the training loss. */
const notableGap = 2;
/** A validation loss below this is low, whatever the training loss. */
const lowLoss = 0.1;

/** What the losses show. */
export interface Overfitting {
  /**
   * `rise`: the validation loss rises while the training loss falls. `gap`: it ends far above the
   * training loss.
   */
  readonly sign: "rise" | "gap";
  /** The epoch with the lowest validation loss. */
  readonly best: EpochRecord;
  readonly last: EpochRecord;
}

/** Judges the losses of a run; undefined where they show no overfitting. */
export function judgeOverfitting(history: readonly EpochRecord[]): Overfitting | undefined {
  const last = history.at(-1);
  const best = bestEpoch(history, "val_loss", "lower");
  if (last === undefined || best === undefined) return undefined;
  const { loss, val_loss: validation } = last.logs;
  if (!(validation > lowLoss) || !(loss < validation)) return undefined;
  const hasRisen = validation > notableRise * best.logs.val_loss && loss < best.logs.loss;
  if (hasRisen) return { sign: "rise", best, last };
  return validation < notableGap * loss ? undefined : { sign: "gap", best, last };
}
