// The mean of squared differences between logarithms.

import { meanSquaredLogarithmicError as loss } from "../losses/mean-squared-logarithmic-error.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanSquaredLogarithmicError()
 */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): Metric {
  requireOptions("metrics.meanSquaredLogarithmicError", options);
  const { name = "mean_squared_logarithmic_error" } = options;
  return meanMetric({
    kind: "meanSquaredLogarithmicError",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
