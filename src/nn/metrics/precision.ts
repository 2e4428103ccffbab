// Precision: TP / (TP + FP).

import { optionsOf } from "../facts.ts";
import { type ClassOptions, ofClassNames } from "./confusion.ts";
import { rates } from "./curve-metric.ts";
import { type Metric, metricFacts } from "./metric.ts";
import { thresholdMetric } from "./threshold-metric.ts";

/**
 * Precision: TP / (TP + FP), true positives among all positive predictions; 0 where there are none.
 * Targets of 0 and 1 and predictions `[N, …]`, or class numbers with predictions `[N, …, C]`. As in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.precision({ classId: 3, topK: 2 })
 */
export function precision(options: ClassOptions = {}): Metric {
  const {
    name = "precision",
    thresholds = null,
    topK = null,
    classId = null,
  } = optionsOf(precision.facts, options);
  const given = { thresholds, topK, classId };
  return thresholdMetric({
    kind: "precision",
    better: "higher",
    name,
    options: given,
    score: rates.precision,
  });
}
precision.facts = metricFacts<ClassOptions>({
  name: "precision",
  options: ofClassNames,
  keras: { className: "Precision" },
});
