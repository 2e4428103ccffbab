// Metrics by their Keras names: which number of which epoch, what it is called, which way is better.
// Knows only epoch records.

import { ConfigError } from "../core/errors.ts";
import { requireList, requireRecord } from "../nn/option.ts";
import type { EpochRecord } from "../train/events.ts";

/** The prefix of a number that was measured on validation data. */
export const validationPrefix = "val_";

const notMetrics = new Set(["learning_rate", "lr"]);

/**
 * The metrics that `history` holds, without their `val_` prefix: the loss first, accuracies next,
 * others by name. The learning rate is none.
 */
export function metricsOf(history: readonly EpochRecord[]): string[] {
  const names = new Set<string>();
  for (const { logs } of history) {
    for (const key of Object.keys(logs)) {
      if (!notMetrics.has(key)) names.add(withoutPrefix(key));
    }
  }
  const rank = (name: string) => (name === "loss" ? 0 : isRate(name) ? 1 : 2);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** `val_top_k_accuracy` without `val_`. */
function withoutPrefix(key: string): string {
  return key.startsWith(validationPrefix) ? key.slice(validationPrefix.length) : key;
}

/** `Top k accuracy`. */
export function titleOf(metric: string): string {
  const words = metric.replaceAll("_", " ").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** Whether the metric is a share of 0 to 1, which people read in per cent. */
export function isRate(metric: string): boolean {
  return /(accuracy|precision|recall|io_u)(_\d+)?$|^acc$/i.test(metric);
}

/** Which way a metric improves, where Fovea knows. */
export function directionOf(metric: string): "down" | "up" | undefined {
  if (/(loss|error|entropy|hinge|poisson|divergence|logcosh)(_\d+)?$|^(mse|mae)$/i.test(metric))
    return "down";
  return isRate(metric) || /^(weighted_)?(auc|f1|fbeta|r2|cosine)/i.test(metric) ? "up" : undefined;
}

/** The epoch at which `key` was best, the first of equals; undefined where none is a number. */
export function bestEpoch(history: readonly EpochRecord[], key: string): EpochRecord | undefined {
  const direction = directionOf(withoutPrefix(key));
  const sign = direction === "down" ? -1 : 1;
  let best: EpochRecord | undefined;
  for (const record of direction === undefined ? [] : history) {
    const value = record.logs[key];
    if (!Number.isFinite(value)) continue;
    if (best === undefined || sign * value > sign * best.logs[key]) best = record;
  }
  return best;
}

/** @throws ConfigError unless `history` is a list of epochs; `call` is what was called. */
export function requireEpochs(call: string, history: unknown): void {
  const what = `${call}: The history cannot be used.`;
  const expected = "a list of epochs: the epochs of what fit gives";
  if (typeof history === "object" && history !== null && "epochs" in history) {
    throw new ConfigError({
      what,
      expected,
      received: "all of what fit gives",
      fix: `take the epochs: ${call}(history.epochs)`,
    });
  }
  requireList(what, history, expected);
  for (const epoch of history as readonly unknown[]) requireRecord(what, epoch, ["logs"], expected);
}
