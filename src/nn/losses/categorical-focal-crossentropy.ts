// Focal loss: categorical cross-entropy in which easy examples count less.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import {
  type SmoothedOptions,
  sharesOf,
  smoothedNames,
  smoothedOptions,
  smoothShares,
} from "./cross-entropy.ts";
import { moveLast, oneMinus, powerOf, sumOfLast } from "./formulas.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

export interface CategoricalFocalCrossentropyOptions extends SmoothedOptions {
  /** The weight of every class. Default: 0.25. */
  readonly alpha?: number;
  /** The focusing parameter: the larger, the less easy examples count. Default: 2. */
  readonly gamma?: number;
}

/**
 * Categorical focal cross-entropy: −Σ alpha · (1 − p)^gamma · target · ln p along `axis`: targets
 * `[N, …, C]`, predictions `[N, …, C]` → `[N, …]`. Source: Lin et al., ICCV 2017; as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.categoricalFocalCrossentropy({ gamma: 3 })
 */
export function categoricalFocalCrossentropy(
  options: CategoricalFocalCrossentropyOptions = {},
): Loss {
  const {
    alpha = 0.25,
    gamma = 2,
    reduction,
    ...rest
  } = optionsOf(categoricalFocalCrossentropy.facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  requireNumber("gamma", gamma, { least: 0 });
  requireNumber("alpha", alpha);
  return defineLoss({
    name: "categoricalFocalCrossentropy",
    options: { alpha, gamma, fromLogits, labelSmoothing, axis, reduction },
    targets: "values",
    range: [0, 1],
    values(targets, predictions, build) {
      const smoothed = smoothShares(targets, labelSmoothing, build);
      const expected = moveLast(smoothed, axis, build);
      const scores = moveLast(predictions, axis, build);
      const share = sharesOf(fromLogits ? build.softmax(scores) : scores, -1, build);
      const entropy = build.multiply(expected, build.logarithm(share));
      const focused = build.multiply(powerOf(oneMinus(share, build), gamma, build), entropy);
      return build.multiply(sumOfLast(focused, build), build.constant(-alpha));
    },
  });
}
categoricalFocalCrossentropy.facts = lossFacts<CategoricalFocalCrossentropyOptions>({
  name: "categoricalFocalCrossentropy",
  options: { ...smoothedNames, alpha: "alpha", gamma: "gamma" },
  keras: { className: "CategoricalFocalCrossentropy" },
});
