// The mean of squared differences.

import { requireOptions } from "../option.ts";
import { meanOfLast, square } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";

/**
 * (target − result)², its mean over the last axis: `[N, …, K]`, `[N, …, K]` → `[N, …]`. As in
 * Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanSquaredError()
 */
export function meanSquaredError(options: LossOptions = {}): Loss {
  requireOptions("losses.meanSquaredError", options);
  const { reduction } = options;
  return defineLoss({
    name: "meanSquaredError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      return meanOfLast(square(build.subtract(targets, predictions), build), build);
    },
  });
}
