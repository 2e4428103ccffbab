// Squared hinge loss.

import { optionsOf } from "../facts.ts";
import { marginOf, meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Squared hinge loss: max(1 − target · prediction, 0)², its mean over the last axis: `[N, …, K]`,
 * `[N, …, K]` → `[N, …]`. Targets are −1 or 1; where a batch has only 0 and 1, 0 counts as −1. As
 * in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.squaredHinge()
 */
export function squaredHinge(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(squaredHinge.facts, options);
  return defineLoss({
    name: "squaredHinge",
    options: { reduction },
    targets: "values",
    range: [-1, 1],
    values(targets, predictions, build) {
      return meanOfLast(square(marginOf(targets, predictions, build), build), build);
    },
  });
}
squaredHinge.facts = lossFacts<LossOptions>({
  name: "squaredHinge",
  options: lossNames,
  keras: { className: "SquaredHinge" },
});
