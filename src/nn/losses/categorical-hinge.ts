// The hinge between the right class and the best of the others.

import { requireOptions } from "../option.ts";
import { atLeast, oneMinus, sumOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";

/**
 * max(max((1 − answer) · result) − Σ answer · result + 1, 0) along the last axis: one-hot
 * `[N, …, C]`, `[N, …, C]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.categoricalHinge()
 */
export function categoricalHinge(options: LossOptions = {}): Loss {
  requireOptions("losses.categoricalHinge", options);
  const { reduction } = options;
  return defineLoss({
    name: "categoricalHinge",
    options: { reduction },
    answers: "values",
    range: [-1, 1],
    values(answers, results, build) {
      const right = sumOfLast(build.multiply(answers, results), build);
      const others = build.multiply(oneMinus(answers, build), results);
      const best = build.reduceMaximum(others, { axes: [-1] });
      return atLeast(build.add(build.subtract(best, right), build.constant(1)), 0, build);
    },
  });
}
