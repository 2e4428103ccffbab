// Recall: TP / (TP + FN).

import { optionsOf } from "../facts.ts";
import { type ClassOptions, ofClassNames } from "./confusion.ts";
import { rates } from "./curve-metric.ts";
import { type Metric, metricFacts } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

/**
 * Recall: TP / (TP + FN), true positives among all positive targets; 0 where there are none.
 * Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.recall({ thresholds: [0.3, 0.5, 0.7] })
 */
export function recall(options: ClassOptions = {}): Metric {
  const {
    name = "recall",
    thresholds = null,
    topK = null,
    classId = null,
  } = optionsOf(recall.facts, options);
  const given = { thresholds, topK, classId };
  return thresholdMetric({
    kind: "recall",
    better: "higher",
    name,
    options: given,
    score: rates.recall,
  });
}
recall.facts = metricFacts<ClassOptions>({
  name: "recall",
  options: ofClassNames,
  keras: { className: "Recall" },
});
