// Mean squared logarithmic error (MSLE).

import { optionsOf } from "../facts.ts";
import { atLeast, epsilon, meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Mean squared logarithmic error: (ln(1 + target) − ln(1 + prediction))², its mean over the last
 * axis: `[N, …, K]`, `[N, …, K]` → `[N, …]`. Both are kept at least 10⁻⁷. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanSquaredLogarithmicError()
 */
export function meanSquaredLogarithmicError(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(meanSquaredLogarithmicError.facts, options);
  return defineLoss({
    name: "meanSquaredLogarithmicError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      const logarithmOf = (x: typeof predictions) =>
        build.logarithm(build.add(atLeast(x, epsilon, build), build.constant(1)));
      const difference = build.subtract(logarithmOf(predictions), logarithmOf(targets));
      return meanOfLast(square(difference, build), build);
    },
  });
}
meanSquaredLogarithmicError.facts = lossFacts<LossOptions>({
  name: "meanSquaredLogarithmicError",
  options: lossNames,
  keras: { className: "MeanSquaredLogarithmicError", aliases: ["msle", "MSLE"] },
});
