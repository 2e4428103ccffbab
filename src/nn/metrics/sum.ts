// The sum of a model's predictions.

import { optionsOf } from "../facts.ts";
import { alignWeights } from "../losses/reduce-loss.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

/**
 * The sum of all predictions `[N, …]`, each times its weight; targets do not matter. As in Keras.
 *
 * @example metrics.sum({ name: "people_seen" })
 */
export function sum(options: MetricOptions = {}): Metric {
  const { name = "sum" } = optionsOf(sum.facts, options);
  return {
    kind: "sum",
    name,
    options: {},
    sums({ build, predictions, weights }) {
      if (weights === undefined) return { total: build.sum(predictions) };
      return {
        total: build.sum(build.multiply(predictions, alignWeights(weights, predictions, build))),
      };
    },
    result: ({ total }) => total[0],
  };
}
sum.facts = metricFacts<MetricOptions>({
  name: "sum",
  options: metricNames,
  keras: { className: "Sum" },
});
