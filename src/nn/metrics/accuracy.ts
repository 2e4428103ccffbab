// Accuracy, for any form of targets.

import { optionsOf } from "../facts.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { categoricalAccuracy } from "./categorical-accuracy.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";
import { sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";

/**
 * Accuracy: the share of correct predictions. The shapes decide how they are compared, as in Keras:
 * predictions `[N, …, 1]` are class 1 above 0.5 (`binaryAccuracy`); class numbers `[N, …]` are
 * compared with the largest of `[N, …, C]` (`sparseCategoricalAccuracy`), and one-hot rows by their
 * largest (`categoricalAccuracy`).
 *
 * @example model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] })
 */
export function accuracy(options: MetricOptions = {}): Metric {
  const { name = "accuracy" } = optionsOf(accuracy.facts, options);
  const binary = binaryAccuracy();
  const sparse = sparseCategoricalAccuracy();
  const categorical = categoricalAccuracy();
  return {
    kind: "accuracy",
    better: "higher",
    name,
    options: {},
    sums(batch) {
      const { targets, predictions } = batch;
      if (predictions.shape[predictions.shape.length - 1] === 1) return binary.sums(batch);
      const isSparse = targets.shape.length < predictions.shape.length;
      return (isSparse ? sparse : categorical).sums(batch);
    },
    result: categorical.result,
  };
}
accuracy.facts = metricFacts<MetricOptions>({
  name: "accuracy",
  options: metricNames,
  keras: { className: "Accuracy", aliases: ["acc"] },
});
