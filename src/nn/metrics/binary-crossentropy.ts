// Cross-entropy of yes-or-no targets.

import { binaryCrossentropy as loss } from "../losses/binary-crossentropy.ts";
import type { SmoothedOptions } from "../losses/cross-entropy.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/** Options of the metric: those of the loss but its reduction. */
export interface BinaryCrossentropyMetricOptions
  extends MetricOptions,
    Omit<SmoothedOptions, "reduction"> {}

/**
 * The mean over the epoch of the loss of this name: `[N, …, K]`, `[N, …, K]`. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.binaryCrossentropy({ fromLogits: true })
 */
export function binaryCrossentropy(options: BinaryCrossentropyMetricOptions = {}): Metric {
  requireOptions("metrics.binaryCrossentropy", options);
  const { name = "binary_crossentropy", ...rest } = options;
  const made = loss(rest);
  const { reduction: _, ...given } = made.options as SmoothedOptions;
  return meanMetric({
    kind: "binaryCrossentropy",
    better: "lower",
    name,
    options: given,
    values: made.values,
    mask: made.mask,
  });
}
