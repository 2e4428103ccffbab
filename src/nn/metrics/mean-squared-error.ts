// The mean of squared differences.

import { meanSquaredError as loss } from "../losses/mean-squared-error.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanSquaredError()
 */
export function meanSquaredError(options: MetricOptions = {}): Metric {
  requireOptions("metrics.meanSquaredError", options);
  const { name = "mean_squared_error" } = options;
  return meanMetric({
    kind: "meanSquaredError",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
