// Mean absolute percentage error (MAPE).

import { optionsOf } from "../facts.ts";
import { atLeast, epsilon, meanOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Mean absolute percentage error: 100 · |(target − prediction) / max(|target|, 10⁻⁷)|, its mean
 * over the last axis: `[N, …, K]`, `[N, …, K]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanAbsolutePercentageError()
 */
export function meanAbsolutePercentageError(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(meanAbsolutePercentageError.facts, options);
  return defineLoss({
    name: "meanAbsolutePercentageError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      const size = atLeast(build.absolute(targets), epsilon, build);
      const share = build.absolute(build.divide(build.subtract(targets, predictions), size));
      return build.multiply(meanOfLast(share, build), build.constant(100));
    },
  });
}
meanAbsolutePercentageError.facts = lossFacts<LossOptions>({
  name: "meanAbsolutePercentageError",
  options: lossNames,
  keras: { className: "MeanAbsolutePercentageError", aliases: ["mape", "MAPE"] },
});
