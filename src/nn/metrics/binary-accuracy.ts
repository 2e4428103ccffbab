// Accuracy of binary classifiers.

import { requireNumber } from "../../core/option.ts";
import { sameShape } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { requireSameShape } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { asValues, type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it are class 1. Default: 0.5. */
  readonly threshold?: number;
}

/**
 * Binary accuracy: the share of correct predictions. Targets of 0 and 1 and predictions `[N, …]`.
 * As in Keras.
 *
 * @example metrics.binaryAccuracy({ threshold: 0.7 })
 */
export function binaryAccuracy(options: BinaryAccuracyOptions = {}): Metric {
  const { name = "binary_accuracy", threshold = 0.5 } = optionsOf(binaryAccuracy.facts, options);
  requireNumber("threshold", threshold);
  return meanMetric({
    kind: "binaryAccuracy",
    better: "higher",
    name,
    options: { threshold },
    values(targets, predictions, build) {
      const isColumn = sameShape([...targets.shape, 1], predictions.shape);
      const expected = isColumn ? build.reshape(targets, predictions.shape) : targets;
      requireSameShape(expected, predictions, "binaryAccuracy");
      const above = build.less(build.constant(threshold), predictions);
      return build.equal(asValues(expected, build), above);
    },
  });
}
binaryAccuracy.facts = metricFacts<BinaryAccuracyOptions>({
  name: "binaryAccuracy",
  options: { ...metricNames, threshold: "threshold" },
  keras: { className: "BinaryAccuracy" },
});
