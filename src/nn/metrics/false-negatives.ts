// How often no is wrong.

import { requireOptions } from "../option.ts";
import type { ThresholdOptions } from "./confusion.ts";
import type { Metric } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

/**
 * How many predictions are not above the threshold and wrong, each by its weight: targets of 0 and 1
 * and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.falseNegatives({ thresholds: 0.7 })
 */
export function falseNegatives(options: ThresholdOptions = {}): Metric {
  requireOptions("metrics.falseNegatives", options);
  const { name = "false_negatives", thresholds = null } = options;
  return thresholdMetric({
    kind: "falseNegatives",
    better: "lower",
    name,
    options: { thresholds },
    score: (counts, at) => counts.falseNegatives[at],
  });
}
