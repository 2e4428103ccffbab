// The hinge of a margin.

import { hinge as loss } from "../losses/hinge.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @example metrics.hinge()
 */
export function hinge(options: MetricOptions = {}): Metric {
  requireOptions("metrics.hinge", options);
  const { name = "hinge" } = options;
  return meanMetric({ kind: "hinge", better: "lower", name, options: {}, values: loss().values });
}
