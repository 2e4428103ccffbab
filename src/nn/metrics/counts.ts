// The four counts of a confusion matrix: true and false positives, true and false negatives.

import { optionsOf } from "../facts.ts";
import { type ConfusionCounts, type ThresholdOptions, thresholdNames } from "./confusion.ts";
import { type Better, type Metric, metricFacts } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

function countMetric(
  kind: keyof ConfusionCounts,
  better: Better,
  name: string,
  { thresholds = null }: ThresholdOptions,
): Metric {
  const score = (counts: ConfusionCounts, at: number) => counts[kind][at];
  return thresholdMetric({ kind, better, name, options: { thresholds }, score });
}

/**
 * True positives: how many predictions above the threshold have target 1, each counting by its
 * weight. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …,
 * C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.truePositives({ thresholds: 0.7 })
 */
export function truePositives(options: ThresholdOptions = {}): Metric {
  const { name = "true_positives", ...own } = optionsOf(truePositives.facts, options);
  return countMetric("truePositives", "higher", name, own);
}
truePositives.facts = metricFacts<ThresholdOptions>({
  name: "truePositives",
  options: thresholdNames,
  keras: { className: "TruePositives" },
});

/**
 * False positives: how many predictions above the threshold have target 0, each counting by its
 * weight. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …,
 * C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.falsePositives({ thresholds: 0.7 })
 */
export function falsePositives(options: ThresholdOptions = {}): Metric {
  const { name = "false_positives", ...own } = optionsOf(falsePositives.facts, options);
  return countMetric("falsePositives", "lower", name, own);
}
falsePositives.facts = metricFacts<ThresholdOptions>({
  name: "falsePositives",
  options: thresholdNames,
  keras: { className: "FalsePositives" },
});

/**
 * True negatives: how many predictions at or below the threshold have target 0, each counting by
 * its weight. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N,
 * …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.trueNegatives({ thresholds: 0.7 })
 */
export function trueNegatives(options: ThresholdOptions = {}): Metric {
  const { name = "true_negatives", ...own } = optionsOf(trueNegatives.facts, options);
  return countMetric("trueNegatives", "higher", name, own);
}
trueNegatives.facts = metricFacts<ThresholdOptions>({
  name: "trueNegatives",
  options: thresholdNames,
  keras: { className: "TrueNegatives" },
});

/**
 * False negatives: how many predictions at or below the threshold have target 1, each counting by
 * its weight. Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N,
 * …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.falseNegatives({ thresholds: 0.7 })
 */
export function falseNegatives(options: ThresholdOptions = {}): Metric {
  const { name = "false_negatives", ...own } = optionsOf(falseNegatives.facts, options);
  return countMetric("falseNegatives", "lower", name, own);
}
falseNegatives.facts = metricFacts<ThresholdOptions>({
  name: "falseNegatives",
  options: thresholdNames,
  keras: { className: "FalseNegatives" },
});
