// Cross-entropy of binary targets.

import { optionsOf } from "../facts.ts";
import {
  binaryCrossEntropy,
  type SmoothedOptions,
  smoothBinary,
  smoothedNames,
  smoothedOptions,
} from "./cross-entropy.ts";
import {
  type IgnoringOptions,
  ignoring,
  maskOfCounting,
  meanOfCounting,
  requireIgnoreClass,
  withoutIgnoredValues,
} from "./ignored.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

export interface BinaryCrossentropyOptions extends SmoothedOptions, IgnoringOptions {}

/**
 * Binary cross-entropy: −(y · ln p + (1 − y) · ln(1 − p)), its mean over `axis`: targets and
 * predictions `[N, …, K]` → `[N, …]`. Where the model ends in sigmoid it is computed from the
 * logits x, as max(x, 0) − x · y + ln(1 + e^−|x|). As in Keras, but for `ignoreClass`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.binaryCrossentropy({ labelSmoothing: 0.1 })
 */
export function binaryCrossentropy(options: BinaryCrossentropyOptions = {}): Loss {
  const { facts } = binaryCrossentropy;
  const { ignoreClass = null, reduction, ...rest } = optionsOf(facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  requireIgnoreClass(ignoreClass);
  return defineLoss({
    name: "binaryCrossentropy",
    options: { fromLogits, labelSmoothing, axis, ignoreClass, reduction },
    targets: "values",
    range: [0, 1],
    ...ignoring(ignoreClass),
    values(targets, predictions, build) {
      const known = withoutIgnoredValues(targets, ignoreClass, build);
      const expected = smoothBinary(known, labelSmoothing, build);
      const values = binaryCrossEntropy(expected, predictions, fromLogits, build);
      return meanOfCounting(values, { targets, ignoreClass, axis }, build);
    },
    ...maskOfCounting(ignoreClass, axis),
  });
}
binaryCrossentropy.facts = lossFacts<BinaryCrossentropyOptions>({
  name: "binaryCrossentropy",
  options: { ...smoothedNames, ignoreClass: null },
  keras: {
    className: "BinaryCrossentropy",
    aliases: ["bce", "BCE"],
    ownFixed: { ignoreClass: null },
  },
});
