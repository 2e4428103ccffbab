// Cosine similarity between targets and predictions.

import { optionsOf } from "../facts.ts";
import { cosine } from "../losses/formulas.ts";
import { requireSameShape } from "../losses/loss.ts";
import { meanMetric } from "./mean-metric.ts";
import { type Metric, type MetricOptions, metricFacts, metricNames } from "./metric.ts";

export interface CosineSimilarityMetricOptions extends MetricOptions {
  /** The axis along which the vectors lie. Default: the last. */
  readonly axis?: number;
}

/**
 * Cosine similarity, the mean of Σ (target / ‖target‖) · (prediction / ‖prediction‖) along `axis`:
 * 1 where both point the same way. `[N, …, K]`, `[N, …, K]`. As in Keras: the loss of this name has
 * the other sign.
 *
 * @example metrics.cosineSimilarity()
 */
export function cosineSimilarity(options: CosineSimilarityMetricOptions = {}): Metric {
  const { name = "cosine_similarity", axis = -1 } = optionsOf(cosineSimilarity.facts, options);
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
cosineSimilarity.facts = metricFacts<CosineSimilarityMetricOptions>({
  name: "cosineSimilarity",
  options: { ...metricNames, axis: "axis" },
  keras: { className: "CosineSimilarity" },
});
