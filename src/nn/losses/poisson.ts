// Poisson loss, for counts.

import { optionsOf } from "../facts.ts";
import { epsilon, meanOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Poisson loss: prediction − target · ln(prediction + 10⁻⁷), its mean over the last axis: `[N, …,
 * K]`, `[N, …, K]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.poisson()
 */
export function poisson(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(poisson.facts, options);
  return defineLoss({
    name: "poisson",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      const logarithm = build.logarithm(build.add(predictions, build.constant(epsilon)));
      return meanOfLast(build.subtract(predictions, build.multiply(targets, logarithm)), build);
    },
  });
}
poisson.facts = lossFacts<LossOptions>({
  name: "poisson",
  options: lossNames,
  keras: { className: "Poisson" },
});
