// The sum of a model's results.

import { alignWeights } from "../losses/reduce-loss.ts";
import { requireOptions } from "../option.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The sum of all results `[N, …]`, whatever the answers, each times its weight. As in Keras.
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
    sums({ build, results, weights }) {
      if (weights === undefined) return { total: build.sum(results) };
      return { total: build.sum(build.multiply(results, alignWeights(weights, results, build))) };
    },
    result: ({ total }) => total[0],
  };
}
