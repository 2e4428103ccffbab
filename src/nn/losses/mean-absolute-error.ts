// The mean of absolute differences.

import { requireOptions } from "../option.ts";
import { meanOfLast } from "./formulas.ts";
import { defineLoss, type Loss, type LossOptions } from "./loss.ts";

/**
 * |target − result|, its mean over the last axis: `[N, …, K]`, `[N, …, K]` → `[N, …]`. As in Keras.
 *
 * @throws ConfigError where the reduction is unknown.
 * @example losses.meanAbsoluteError()
 */
export function meanAbsoluteError(options: LossOptions = {}): Loss {
  requireOptions("losses.meanAbsoluteError", options);
  const { reduction } = options;
  return defineLoss({
    name: "meanAbsoluteError",
    options: { reduction },
    targets: "values",
    values(targets, predictions, build) {
      return meanOfLast(build.absolute(build.subtract(targets, predictions)), build);
    },
  });
}
