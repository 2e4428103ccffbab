// Which epoch of a run was the best by which number. Knows epoch records only.

import { ConfigError } from "../core/errors.ts";
import { requireList, requireRecord } from "../core/option.ts";
import type { Better } from "../nn/metrics/metric.ts";
import type { EpochRecord } from "../train/events.ts";

/** The prefix of a number that was measured on validation data. */
export const validationPrefix = "val_";

/** `val_top_k_accuracy` without `val_`. */
export function withoutPrefix(key: string): string {
  return key.startsWith(validationPrefix) ? key.slice(validationPrefix.length) : key;
}

/**
 * The epoch at which `key` was best, the first of equals; undefined where none is a number, or it is not
 * known which way is better.
 */
export function bestEpoch(
  history: readonly EpochRecord[],
  key: string,
  better: Better | undefined,
): EpochRecord | undefined {
  const sign = better === "lower" ? -1 : 1;
  let best: EpochRecord | undefined;
  for (const record of better === undefined ? [] : history) {
    const value = record.logs[key];
    if (!Number.isFinite(value)) continue;
    if (best === undefined || sign * value > sign * best.logs[key]) best = record;
  }
  return best;
}

/** @throws ConfigError unless `history` is a list of epochs; `call` is what was called. */
export function requireEpochs(call: string, history: unknown): void {
  const what = `${call}: The history cannot be used.`;
  const expected = "a list of epochs: history.epochs of what fit returns";
  if (typeof history === "object" && history !== null && "epochs" in history) {
    throw new ConfigError({
      what,
      expected,
      received: "all of what fit returns",
      fix: `take the epochs: ${call}(history.epochs)`,
    });
  }
  requireList(what, history, expected);
  for (const epoch of history as readonly unknown[]) requireRecord(what, epoch, ["logs"], expected);
}
