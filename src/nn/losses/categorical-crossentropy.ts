// Cross-entropy of one-hot targets, or of probabilities.

import { optionsOf } from "../facts.ts";
import {
  crossEntropy,
  type SmoothedOptions,
  smoothedNames,
  smoothedOptions,
  smoothShares,
} from "./cross-entropy.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

/**
 * Categorical cross-entropy: −Σ target · ln prediction along `axis`: targets `[N, …, C]` (such as
 * one-hot rows), predictions `[N, …, C]` → `[N, …]`. Where the model ends in softmax it is computed
 * from the logits, without overflow. As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.categoricalCrossentropy({ labelSmoothing: 0.1 })
 */
export function categoricalCrossentropy(options: SmoothedOptions = {}): Loss {
  const { reduction, ...rest } = optionsOf(categoricalCrossentropy.facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  return defineLoss({
    name: "categoricalCrossentropy",
    options: { fromLogits, labelSmoothing, axis, reduction },
    targets: "values",
    range: [0, 1],
    values(targets, predictions, build) {
      const expected = smoothShares(targets, labelSmoothing, build);
      return crossEntropy(expected, predictions, { fromLogits, axis }, build);
    },
  });
}
categoricalCrossentropy.facts = lossFacts<SmoothedOptions>({
  name: "categoricalCrossentropy",
  options: smoothedNames,
  keras: { className: "CategoricalCrossentropy" },
});
