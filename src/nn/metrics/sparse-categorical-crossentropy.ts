// Cross-entropy with class numbers.

import type { SparseCategoricalCrossentropyOptions } from "../losses/sparse-categorical-crossentropy.ts";
import { sparseCategoricalCrossentropy as loss } from "../losses/sparse-categorical-crossentropy.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

/** Options of the metric: those of the loss but its reduction. */
export interface SparseCategoricalCrossentropyMetricOptions
  extends MetricOptions,
    Omit<SparseCategoricalCrossentropyOptions, "reduction"> {}

/**
 * The mean over the epoch of the loss of this name: class numbers `[N, …]`, predictions `[N, …, C]`. As
 * in Keras, where places of `ignoreClass` count as 0 unless there are weights.
 *
 * @throws ConfigError where an option cannot be used.
 * @example metrics.sparseCategoricalCrossentropy({ fromLogits: true })
 */
export function sparseCategoricalCrossentropy(
  options: SparseCategoricalCrossentropyMetricOptions = {},
): Metric {
  requireOptions("metrics.sparseCategoricalCrossentropy", options);
  const { name = "sparse_categorical_crossentropy", ...rest } = options;
  const made = loss(rest);
  const { reduction: _, ...given } = made.options as SparseCategoricalCrossentropyOptions;
  return meanMetric({
    kind: "sparseCategoricalCrossentropy",
    better: "lower",
    name,
    options: given,
    values: made.values,
    mask: made.mask,
  });
}
