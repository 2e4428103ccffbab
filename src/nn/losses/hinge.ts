// Hinge loss.

import { optionsOf } from "../facts.ts";
import { marginOf, meanOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Hinge loss: max(1 − target · prediction, 0), its mean over the last axis: `[N, …, K]`, `[N, …,
 * K]` → `[N, …]`. Targets are −1 or 1; where a batch has only 0 and 1, 0 counts as −1. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.hinge()
 */
export function hinge(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(hinge.facts, options);
  return defineLoss({
    name: "hinge",
    options: { reduction },
    targets: "values",
    range: [-1, 1],
    values(targets, predictions, build) {
      return meanOfLast(marginOf(targets, predictions, build), build);
    },
  });
}
hinge.facts = lossFacts<LossOptions>({
  name: "hinge",
  options: lossNames,
  keras: { className: "Hinge" },
});
