// Generalized cross-entropy, which is robust against wrong labels.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { hotRows, oneMinus, powerOf, sumOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

export interface CategoricalGeneralizedCrossEntropyOptions extends LossOptions {
  /**
   * Between 0, where it is cross-entropy, and 1, where it is the mean absolute error. Default: 0.5.
   */
  readonly q?: number;
}

/**
 * Generalized cross-entropy: (1 − p^q) / q with p the probability of the right class: targets i32
 * `[N, …]`, predictions `[N, …, C]` → `[N, …]`. Source: Zhang and Sabuncu, NeurIPS 2018; as in
 * Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.categoricalGeneralizedCrossEntropy({ q: 0.7 })
 */
export function categoricalGeneralizedCrossEntropy(
  options: CategoricalGeneralizedCrossEntropyOptions = {},
): Loss {
  const { q = 0.5, reduction } = optionsOf(categoricalGeneralizedCrossEntropy.facts, options);
  requireNumber("q", q, { above: 0, below: 1 });
  return defineLoss({
    name: "categoricalGeneralizedCrossEntropy",
    options: { q, reduction },
    targets: "classes",
    values(targets, predictions, build) {
      const target = hotRows(targets, predictions.shape[predictions.shape.length - 1], build);
      const share = sumOfLast(build.multiply(predictions, target), build);
      const kept = powerOf(share, q, build);
      return build.multiply(oneMinus(kept, build), build.constant(1 / q));
    },
  });
}
categoricalGeneralizedCrossEntropy.facts = lossFacts<CategoricalGeneralizedCrossEntropyOptions>({
  name: "categoricalGeneralizedCrossEntropy",
  options: { ...lossNames, q: "q" },
  keras: { className: "CategoricalGeneralizedCrossEntropy" },
});
