// The logarithm of the hyperbolic cosine of differences.

import { optionsOf } from "../facts.ts";
import { meanOfLast, softplus } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Log-cosh loss: ln cosh(prediction − target), its mean over the last axis: `[N, …, K]`, `[N, …,
 * K]` → `[N, …]`. Near 0 it is half the square, for large differences the absolute value − ln 2.
 * With d for the difference it is computed as d + ln(1 + e⁻²ᵈ) − ln 2, as in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.logCosh()
 */
export function logCosh(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(logCosh.facts, options);
  return defineLoss({
    name: "logCosh",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      const difference = build.subtract(predictions, targets);
      const tail = softplus(build.multiply(difference, build.constant(-2)), build);
      const above = build.add(difference, tail);
      return meanOfLast(build.subtract(above, build.constant(Math.LN2)), build);
    },
  });
}
logCosh.facts = lossFacts<LossOptions>({
  name: "logCosh",
  options: lossNames,
  keras: { className: "LogCosh", aliases: ["logcosh"] },
});
