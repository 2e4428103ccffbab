// A sentence on overfitting for people. Whether there is any is judged in assess/.

import { judgeOverfitting } from "../assess/overfitting.ts";
import type { EpochRecord } from "../train/events.ts";
import { formatMeasure } from "./numbers.ts";

/** What the losses of a run say of overfitting; undefined where they show none. */
export function overfittingNote(history: readonly EpochRecord[]): string | undefined {
  const found = judgeOverfitting(history);
  if (found === undefined) return undefined;
  const { sign, best, last } = found;
  const [lowest, loss, validation] = [best.logs.val_loss, last.logs.loss, last.logs.val_loss];
  const numbers = `training loss ${formatMeasure(loss)}, validation loss ${formatMeasure(validation)}`;
  if (sign === "rise") {
    return (
      `Overfitting: the validation loss was lowest in epoch ${best.epoch}, at ${formatMeasure(lowest)}. ` +
      `After that it rose while the training loss fell (last epoch: ${numbers}).`
    );
  }
  return (
    `Overfitting: the model does much better on the training images (last epoch: ${numbers}). ` +
    "More images, dropout, weight decay or fewer epochs help."
  );
}
