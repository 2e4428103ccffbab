// Cross-entropy with one row of shares an target.

import { categoricalCrossentropy as loss } from "../losses/categorical-crossentropy.ts";
import type { SmoothedOptions } from "../losses/cross-entropy.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/** Options of the metric: those of the loss but its reduction. */
export interface CategoricalCrossentropyMetricOptions
  extends MetricOptions,
    Omit<SmoothedOptions, "reduction"> {}

/**
 * The mean over the epoch of the loss of this name: `[N, …, C]`, `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.categoricalCrossentropy({ fromLogits: true })
 */
export function categoricalCrossentropy(
  options: CategoricalCrossentropyMetricOptions = {},
): Metric {
  requireOptions("metrics.categoricalCrossentropy", options);
  const { name = "categorical_crossentropy", ...rest } = options;
  const made = loss(rest);
  const { reduction: _, ...given } = made.options as SmoothedOptions;
  return meanMetric({
    kind: "categoricalCrossentropy",
    better: "lower",
    name,
    options: given,
    values: made.values,
    mask: made.mask,
  });
}
