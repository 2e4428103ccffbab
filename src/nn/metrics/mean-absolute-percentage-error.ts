// The mean of differences, in per cent of the targets.

import { meanAbsolutePercentageError as loss } from "../losses/mean-absolute-percentage-error.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.meanAbsolutePercentageError()
 */
export function meanAbsolutePercentageError(options: MetricOptions = {}): Metric {
  requireOptions("metrics.meanAbsolutePercentageError", options);
  const { name = "mean_absolute_percentage_error" } = options;
  return meanMetric({
    kind: "meanAbsolutePercentageError",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
