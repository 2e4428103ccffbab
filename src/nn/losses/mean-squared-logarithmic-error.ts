// The mean of squared differences between logarithms.

import { requireOptions } from "../option.ts";
import { atLeast, epsilon, meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";

/**
 * (ln(1 + answer) − ln(1 + result))², its mean over the last axis: `[N, …, K]`, `[N, …, K]` →
 * `[N, …]`. Both are kept at least 10⁻⁷. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanSquaredLogarithmicError()
 */
export function meanSquaredLogarithmicError(options: LossOptions = {}): Loss {
  requireOptions("losses.meanSquaredLogarithmicError", options);
  const { reduction } = options;
  return defineLoss({
    name: "meanSquaredLogarithmicError",
    options: { reduction },
    answers: "values",
    values(answers, results, build) {
      const logarithmOf = (x: typeof results) =>
        build.logarithm(build.add(atLeast(x, epsilon, build), build.constant(1)));
      const difference = build.subtract(logarithmOf(results), logarithmOf(answers));
      return meanOfLast(square(difference, build), build);
    },
  });
}
