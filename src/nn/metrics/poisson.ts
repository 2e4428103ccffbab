// The likelihood of counts.

import { poisson as loss } from "../losses/poisson.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.poisson()
 */
export function poisson(options: MetricOptions = {}): Metric {
  requireOptions("metrics.poisson", options);
  const { name = "poisson" } = options;
  return meanMetric({ kind: "poisson", better: "lower", name, options: {}, values: loss().values });
}
