// The sum of a model's predictions.

import { alignWeights } from "../losses/reduce-loss.ts";
import { requireOptions } from "../option.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The sum of all predictions `[N, …]`, whatever the targets, each times its weight. As in Keras.
 *
 * @example metrics.sum({ name: "people_seen" })
 */
export function sum(options: MetricOptions = {}): Metric {
  requireOptions("metrics.sum", options);
  const { name = "sum" } = options;
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
