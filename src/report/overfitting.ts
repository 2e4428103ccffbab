// Whether the curves of a run say that it learnt its training images by heart. Knows epoch records only.

import type { EpochRecord } from "../train/events.ts";
import { bestEpoch } from "./metrics.ts";
import { formatMeasure } from "./numbers.ts";

/** The validation loss has risen by at least this factor since it was lowest. */
const notableRise = 1.1;
/** The validation loss is at least this many times the training loss. */
const notableGap = 2;
/** A validation loss below this is low, whatever the training loss. */
const lowLoss = 0.1;

/**
 * A sentence on overfitting, where the losses show it: the validation loss rises while the training loss
 * falls, or it ends far above the training loss. Undefined where they show none.
 */
export function overfittingNote(history: readonly EpochRecord[]): string | undefined {
  const last = history.at(-1);
  const best = bestEpoch(history, "val_loss");
  if (last === undefined || best === undefined) return undefined;
  const { loss, val_loss: validation } = last.logs;
  if (!(validation > lowLoss) || !(loss < validation)) return undefined;
  const numbers = `training loss ${formatMeasure(loss)}, validation loss ${formatMeasure(validation)}`;
  const hasRisen = validation > notableRise * best.logs.val_loss && loss < best.logs.loss;
  if (hasRisen) {
    return (
      `Overfitting: the validation loss was lowest in epoch ${best.epoch}, at ${formatMeasure(best.logs.val_loss)}, and has ` +
      `risen since, while the training loss fell (at the end: ${numbers}).`
    );
  }
  if (validation < notableGap * loss) return undefined;
  return (
    `Overfitting: the model does much better on the images that it learns from (at the end: ${numbers}). ` +
    "More images, dropout, weight decay or fewer epochs help."
  );
}
