// The share of class numbers that are among the k largest scores.

import { requireClasses } from "../losses/loss.ts";
import { checkOption, requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric } from "./metric.ts";
import { isInTopK, type TopKOptions } from "./top-k.ts";

/**
 * The share of places where fewer than k scores are larger than that of the right class: class
 * numbers `[N, …]`, predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where k cannot be used.
 * @example metrics.sparseTopKCategoricalAccuracy({ k: 3 })
 */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  requireOptions("metrics.sparseTopKCategoricalAccuracy", options);
  const { name = "sparse_top_k_categorical_accuracy", k = 5 } = options;
  checkOption("k", k, Number.isSafeInteger(k) && k >= 1, "a whole number of at least 1");
  return meanMetric({
    kind: "sparseTopKCategoricalAccuracy",
    better: "higher",
    name,
    options: { k },
    values(targets, predictions, build) {
      requireClasses(targets, predictions, "sparseTopKCategoricalAccuracy");
      return isInTopK(targets, predictions, k, build);
    },
  });
}
