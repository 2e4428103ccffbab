// Metrics as figures and pages show them: in which order, under which title, and whether in per cent.

import { withoutPrefix } from "../assess/epoch-metrics.ts";
import { epochNumber } from "../assess/epoch-numbers.ts";
import type { EpochRecord } from "../train/events.ts";

const notMetrics = new Set(["learning_rate", "lr"]);

/**
 * The metrics that `history` holds, without their `val_` prefix: the loss first, accuracies next,
 * others by name. The learning rate is not one of them.
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

/** `top_k_accuracy` as `Top k accuracy`. */
export function titleOf(metric: string): string {
  const known = epochNumber(metric);
  if (known !== undefined) return known.title;
  const words = metric.replaceAll("_", " ").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** Whether the metric is a share of 0 to 1 that people read in per cent. */
export function isRate(metric: string): boolean {
  return (
    epochNumber(metric) !== undefined ||
    /(accuracy|precision|recall|io_u)(_\d+)?$|^acc$/i.test(metric)
  );
}
