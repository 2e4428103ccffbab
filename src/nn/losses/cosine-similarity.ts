// Cosine similarity between targets and predictions, as a loss.

import { optionsOf } from "../facts.ts";
import { cosine } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

export interface CosineSimilarityOptions extends LossOptions {
  /** The axis along which the vectors lie. Default: the last. */
  readonly axis?: number;
}

/**
 * Cosine similarity, negated: −Σ (target / ‖target‖) · (prediction / ‖prediction‖) along `axis`: −1
 * where both point the same way. `[N, …, K]`, `[N, …, K]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.cosineSimilarity()
 */
export function cosineSimilarity(options: CosineSimilarityOptions = {}): Loss {
  const { axis = -1, reduction } = optionsOf(cosineSimilarity.facts, options);
  return defineLoss({
    name: "cosineSimilarity",
    options: { axis, reduction },
    targets: "values",
    values: (targets, predictions, build) =>
      build.negate(cosine(targets, predictions, axis, build)),
  });
}
cosineSimilarity.facts = lossFacts<CosineSimilarityOptions>({
  name: "cosineSimilarity",
  options: { ...lossNames, axis: "axis" },
  keras: { className: "CosineSimilarity" },
});
