// Cross-entropy of binary targets.

import { optionsOf } from "../facts.ts";
import {
  binaryCrossEntropy,
  type SmoothedOptions,
  smoothBinary,
  smoothedNames,
  smoothedOptions,
} from "./cross-entropy.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

/**
 * Binary cross-entropy: −(y · ln p + (1 − y) · ln(1 − p)), its mean over `axis`: targets and
 * predictions `[N, …, K]` → `[N, …]`. Where the model ends in sigmoid it is computed from the
 * logits x, as max(x, 0) − x · y + ln(1 + e^−|x|). As in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.binaryCrossentropy({ labelSmoothing: 0.1 })
 */
export function binaryCrossentropy(options: SmoothedOptions = {}): Loss {
  const { reduction, ...rest } = optionsOf(binaryCrossentropy.facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  return defineLoss({
    name: "binaryCrossentropy",
    options: { fromLogits, labelSmoothing, axis, reduction },
    targets: "values",
    range: [0, 1],
    values(targets, predictions, build) {
      const expected = smoothBinary(targets, labelSmoothing, build);
      const values = binaryCrossEntropy(expected, predictions, fromLogits, build);
      return build.mean(values, { axes: [axis] });
    },
  });
}
binaryCrossentropy.facts = lossFacts<SmoothedOptions>({
  name: "binaryCrossentropy",
  options: smoothedNames,
  keras: { className: "BinaryCrossentropy", aliases: ["bce", "BCE"] },
});
