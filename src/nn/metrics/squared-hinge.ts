// The hinge of a margin, squared.

import { squaredHinge as loss } from "../losses/squared-hinge.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.squaredHinge()
 */
export function squaredHinge(options: MetricOptions = {}): Metric {
  requireOptions("metrics.squaredHinge", options);
  const { name = "squared_hinge" } = options;
  return meanMetric({
    kind: "squaredHinge",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
