// How far one distribution is from another.

import { klDivergence as loss } from "../losses/kl-divergence.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.klDivergence()
 */
export function klDivergence(options: MetricOptions = {}): Metric {
  requireOptions("metrics.klDivergence", options);
  const { name = "kl_divergence" } = options;
  return meanMetric({
    kind: "klDivergence",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
