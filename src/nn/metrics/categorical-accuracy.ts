// Accuracy of classifiers with one-hot targets.

import { optionsOf } from "../facts.ts";
import { requireSameShape } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/**
 * Accuracy: the share of places whose largest score is that of the right class. One-hot targets and
 * predictions `[N, …, C]`. Of equal scores the first counts. As in Keras.
 *
 * @example metrics.categoricalAccuracy()
 */
export function categoricalAccuracy(options: MetricOptions = {}): Metric {
  const { name = "categorical_accuracy" } = optionsOf(categoricalAccuracy.facts, options);
  return meanMetric({
    kind: "categoricalAccuracy",
    better: "higher",
    name,
    options: {},
    values(targets, predictions, build) {
      requireSameShape(targets, predictions, "categoricalAccuracy");
      return build.equal(build.argMaximum(predictions), build.argMaximum(targets));
    },
  });
}
categoricalAccuracy.facts = metricFacts<MetricOptions>({
  name: "categoricalAccuracy",
  options: metricNames,
  keras: { className: "CategoricalAccuracy" },
});
