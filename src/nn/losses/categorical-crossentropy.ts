// Cross-entropy with one row of shares an answer.

import { requireOptions } from "../option.ts";
import {
  crossEntropy,
  type SmoothedOptions,
  smoothedOptions,
  smoothShares,
} from "./cross-entropy.ts";
import { defineLoss, type Loss } from "./loss.ts";

/**
 * −Σ answer · ln result along `axis`: answers `[N, …, C]` (such as one-hot rows), results
 * `[N, …, C]` → `[N, …]`. Where the model ends in softmax it is computed from the logits, without
 * overflow. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.categoricalCrossentropy({ labelSmoothing: 0.1 })
 */
export function categoricalCrossentropy(options: SmoothedOptions = {}): Loss {
  requireOptions("losses.categoricalCrossentropy", options);
  const { reduction, ...rest } = options;
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  return defineLoss({
    name: "categoricalCrossentropy",
    options: { fromLogits, labelSmoothing, axis, reduction },
    answers: "values",
    range: [0, 1],
    values(answers, results, build) {
      const expected = smoothShares(answers, labelSmoothing, build);
      return crossEntropy(expected, results, { fromLogits, axis }, build);
    },
  });
}
