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

/** The loss on the examples that `key` was measured on. */
const lossBeside = (key: string) => (key.startsWith(validationPrefix) ? "val_loss" : "loss");

/**
 * Whether `key` is better in `record` than in `best`. Of equals, which few examples give often, the one with the
 * lower loss is better, then the first.
 */
export function isBetterEpoch(
  { logs }: EpochRecord,
  best: EpochRecord | undefined,
  key: string,
  better: Better,
): boolean {
  if (!Number.isFinite(logs[key])) return false;
  if (best === undefined || !Number.isFinite(best.logs[key])) return true;
  const sign = better === "lower" ? -1 : 1;
  if (logs[key] !== best.logs[key]) return sign * logs[key] > sign * best.logs[key];
  return logs[lossBeside(key)] < best.logs[lossBeside(key)];
}

/**
 * The epoch at which `key` was best; undefined where none is a number, or it is not known which way is
 * better.
 */
export function bestEpoch(
  history: readonly EpochRecord[],
  key: string,
  better: Better | undefined,
): EpochRecord | undefined {
  if (better === undefined) return undefined;
  let best: EpochRecord | undefined;
  for (const record of history) {
    if (isBetterEpoch(record, best, key, better)) best = record;
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
