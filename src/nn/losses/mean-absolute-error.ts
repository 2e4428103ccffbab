// Mean absolute error (MAE).

import { optionsOf } from "../facts.ts";
import { meanOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Mean absolute error: |target − prediction|, its mean over the last axis: `[N, …, K]`, `[N, …, K]`
 * → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanAbsoluteError()
 */
export function meanAbsoluteError(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(meanAbsoluteError.facts, options);
  return defineLoss({
    name: "meanAbsoluteError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      return meanOfLast(build.absolute(build.subtract(targets, predictions)), build);
    },
  });
}
meanAbsoluteError.facts = lossFacts<LossOptions>({
  name: "meanAbsoluteError",
  options: lossNames,
  keras: { className: "MeanAbsoluteError", aliases: ["mae", "MAE"] },
});
