// The share of rows whose right class is among the k largest scores.

import { requireSameShape } from "../losses/loss.ts";
import { checkOption, requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric } from "./metric.ts";
import { isInTopK, type TopKOptions } from "./top-k.ts";

/**
 * The share of places where fewer than k scores are larger than that of the right class: one-hot
 * targets and predictions `[N, …, C]`. As in Keras.
 *
 * @throws ConfigError where k cannot be used.
 * @example metrics.topKCategoricalAccuracy({ k: 3 })
 */
export function topKCategoricalAccuracy(options: TopKOptions = {}): Metric {
  requireOptions("metrics.topKCategoricalAccuracy", options);
  const { name = "top_k_categorical_accuracy", k = 5 } = options;
  checkOption("k", k, Number.isSafeInteger(k) && k >= 1, "a whole number of at least 1");
  return meanMetric({
    kind: "topKCategoricalAccuracy",
    better: "higher",
    name,
    options: { k },
    values(targets, predictions, build) {
      requireSameShape(targets, predictions, "topKCategoricalAccuracy");
      return isInTopK(build.argMaximum(targets), predictions, k, build);
    },
  });
}
