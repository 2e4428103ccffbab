// The mean of absolute differences.

import { meanAbsoluteError as loss } from "../losses/mean-absolute-error.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanAbsoluteError()
 */
export function meanAbsoluteError(options: MetricOptions = {}): Metric {
  requireOptions("metrics.meanAbsoluteError", options);
  const { name = "mean_absolute_error" } = options;
  return meanMetric({
    kind: "meanAbsoluteError",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
