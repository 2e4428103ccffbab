// The hinge between the right class and the best of the others.

import { categoricalHinge as loss } from "../losses/categorical-hinge.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/**
 * The mean over the epoch of the loss of this name: one-hot `[N, …, C]`, `[N, …, C]`. As in Keras.
 *
 * @example metrics.categoricalHinge()
 */
export function categoricalHinge(options: MetricOptions = {}): Metric {
  requireOptions("metrics.categoricalHinge", options);
  const { name = "categorical_hinge" } = options;
  return meanMetric({
    kind: "categoricalHinge",
    better: "lower",
    name,
    options: {},
    values: loss().values,
  });
}
