// The logarithm of the hyperbolic cosine of differences.

import { logCosh as loss } from "../losses/log-cosh.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss `logCosh`: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.logCoshError()
 */
export function logCoshError(options: MetricOptions = {}): Metric {
  requireOptions("metrics.logCoshError", options);
  const { name = "logcosh" } = options;
  return meanMetric({
    kind: "logCoshError",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
