// The share of right targets, whatever the targets look like.

import { optionsOf } from "../facts.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { categoricalAccuracy } from "./categorical-accuracy.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";
import { sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";

/**
 * The share of places whose target is right. What is compared follows from the shapes, as in Keras:
 * a single result `[N, …, 1]` by whether it is above 0.5; class numbers `[N, …]` with the largest
 * of `[N, …, C]`; rows `[N, …, C]` by their largest.
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
