// Accuracy of classifiers with class numbers as targets.

import { optionsOf } from "../facts.ts";
import { requireClasses } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/**
 * Accuracy: the share of places whose largest score is that of the right class. Class numbers `[N,
 * …]`, predictions `[N, …, C]`. Of equal scores the first counts. As in Keras.
 *
 * @example metrics.sparseCategoricalAccuracy()
 */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): Metric {
  const { name = "sparse_categorical_accuracy" } = optionsOf(
    sparseCategoricalAccuracy.facts,
    options,
  );
  return meanMetric({
    kind: "sparseCategoricalAccuracy",
    better: "higher",
    name,
    options: {},
    values(targets, predictions, build) {
      requireClasses(targets, predictions, "sparseCategoricalAccuracy");
      return build.equal(build.argMaximum(predictions), targets);
    },
  });
}
sparseCategoricalAccuracy.facts = metricFacts<MetricOptions>({
  name: "sparseCategoricalAccuracy",
  options: metricNames,
  keras: { className: "SparseCategoricalAccuracy" },
});
