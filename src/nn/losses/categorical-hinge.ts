// The hinge between the right class and the best of the others.

import { optionsOf } from "../facts.ts";
import { atLeast, oneMinus, sumOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Categorical hinge loss: max(max((1 − target) · prediction) − Σ target · prediction + 1, 0) along
 * the last axis: one-hot `[N, …, C]`, `[N, …, C]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.categoricalHinge()
 */
export function categoricalHinge(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(categoricalHinge.facts, options);
  return defineLoss({
    name: "categoricalHinge",
    options: { reduction },
    targets: "values",
    range: [-1, 1],
    values(targets, predictions, build) {
      const right = sumOfLast(build.multiply(targets, predictions), build);
      const others = build.multiply(oneMinus(targets, build), predictions);
      const best = build.reduceMaximum(others, { axes: [-1] });
      return atLeast(build.add(build.subtract(best, right), build.constant(1)), 0, build);
    },
  });
}
categoricalHinge.facts = lossFacts<LossOptions>({
  name: "categoricalHinge",
  options: lossNames,
  keras: { className: "CategoricalHinge" },
});
