// Mean squared error (MSE).

import { optionsOf } from "../facts.ts";
import { meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts, lossNames } from "./loss.ts";

/**
 * Mean squared error: (target − prediction)², its mean over the last axis: `[N, …, K]`, `[N, …, K]`
 * → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanSquaredError()
 */
export function meanSquaredError(options: LossOptions = {}): Loss {
  const { reduction } = optionsOf(meanSquaredError.facts, options);
  return defineLoss({
    name: "meanSquaredError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      return meanOfLast(square(build.subtract(targets, predictions), build), build);
    },
  });
}
meanSquaredError.facts = lossFacts<LossOptions>({
  name: "meanSquaredError",
  options: lossNames,
  keras: { className: "MeanSquaredError", aliases: ["mse", "MSE"] },
});
