// The mean of a model's predictions.

import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean of all predictions `[N, …]`, whatever the targets. For the mean of something else see
 * `custom`.
 *
 * @example metrics.mean({ name: "mean_brightness" })
 */
export function mean(options: MetricOptions = {}): Metric {
  requireOptions("metrics.mean", options);
  const { name = "mean" } = options;
  return meanMetric({ kind: "mean", name, options: {}, values: (_, predictions) => predictions });
}
