// The angle between targets and predictions.

import { cosine } from "../losses/formulas.ts";
import { requireSameShape } from "../losses/loss.ts";
import { requireOptions } from "../option.ts";
import { meanMetric } from "./mean-metric.ts";
import type { Metric, MetricOptions } from "./metric.ts";

export interface CosineSimilarityMetricOptions extends MetricOptions {
  /** The axis along which the vectors lie. Default: the last. */
  readonly axis?: number;
}

/**
 * The mean of Σ (target / ‖target‖) · (result / ‖result‖) along `axis`: 1 where both point the same
 * way. `[N, …, K]`, `[N, …, K]`. As in Keras: the loss of this name has the other sign.
 *
 * @example metrics.cosineSimilarity()
 */
export function cosineSimilarity(options: CosineSimilarityMetricOptions = {}): Metric {
  requireOptions("metrics.cosineSimilarity", options);
  const { name = "cosine_similarity", axis = -1 } = options;
  return meanMetric({
    kind: "cosineSimilarity",
    better: "higher",
    name,
    options: { axis },
    values(targets, predictions, build) {
      requireSameShape(targets, predictions, "cosineSimilarity");
      return cosine(targets, predictions, axis, build);
    },
  });
}
