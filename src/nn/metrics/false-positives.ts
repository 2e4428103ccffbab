// How often yes is wrong.

import { requireOptions } from "../option.ts";
import type { ThresholdOptions } from "./confusion.ts";
import type { Metric } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

/**
 * How many predictions are above the threshold and wrong, each by its weight: targets of 0 and 1 and
 * predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.falsePositives({ thresholds: 0.7 })
 */
export function falsePositives(options: ThresholdOptions = {}): Metric {
  requireOptions("metrics.falsePositives", options);
  const { name = "false_positives", thresholds = null } = options;
  return thresholdMetric({
    kind: "falsePositives",
    better: "lower",
    name,
    options: { thresholds },
    score: (counts, at) => counts.falsePositives[at],
  });
}
