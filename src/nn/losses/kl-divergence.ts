// Kullback-Leibler divergence.

import { optionsOf } from "../facts.ts";
import { clip, epsilon, sumOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Kullback-Leibler divergence: Σ target · ln(target / prediction) along the last axis: `[N, …, K]`,
 * `[N, …, K]` → `[N, …]`. Both are kept within [10⁻⁷, 1]. Source: Kullback and Leibler, 1951; as in
 * Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.klDivergence()
 */
export function klDivergence(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(klDivergence.facts, options);
  return defineLoss({
    name: "klDivergence",
    options: { reduction },
    targets: "values",
    range: [0, 1],
    values(targets, predictions, build) {
      const expected = clip(targets, epsilon, 1, build);
      const received = clip(predictions, epsilon, 1, build);
      const ratio = build.logarithm(build.divide(expected, received));
      return sumOfLast(build.multiply(expected, ratio), build);
    },
  });
}
klDivergence.facts = lossFacts<LossOptions>({
  name: "klDivergence",
  options: lossNames,
  keras: { className: "KLDivergence", aliases: ["kld", "KLD", "kullback_leibler_divergence"] },
});
