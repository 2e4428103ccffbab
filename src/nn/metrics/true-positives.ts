// How often yes is right.

import { requireOptions } from "../option.ts";
import type { ThresholdOptions } from "./confusion.ts";
import type { Metric } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

/**
 * How many predictions are above the threshold and right, each by its weight: targets of 0 and 1 and
 * predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.truePositives({ thresholds: 0.7 })
 */
export function truePositives(options: ThresholdOptions = {}): Metric {
  requireOptions("metrics.truePositives", options);
  const { name = "true_positives", thresholds = null } = options;
  return thresholdMetric({
    kind: "truePositives",
    better: "higher",
    name,
    options: { thresholds },
    score: (counts, at) => counts.truePositives[at],
  });
}
