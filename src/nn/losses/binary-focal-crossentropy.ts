// Focal loss: binary cross-entropy in which easy examples count less.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import {
  binaryCrossEntropy,
  type SmoothedOptions,
  smoothBinary,
  smoothedNames,
  smoothedOptions,
} from "./cross-entropy.ts";
import { oneMinus, powerOf } from "./formulas.ts";
import {
  type IgnoringOptions,
  ignoring,
  maskOfCounting,
  meanOfCounting,
  requireIgnoreClass,
  withoutIgnoredValues,
} from "./ignored.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

export interface BinaryFocalCrossentropyOptions extends SmoothedOptions, IgnoringOptions {
  /** Whether class 1 is weighted by `alpha` and class 0 by 1 − `alpha`. Default: false. */
  readonly applyClassBalancing?: boolean;
  /** The weight of class 1, with `applyClassBalancing`. Default: 0.25. */
  readonly alpha?: number;
  /** The focusing parameter: the larger, the less easy examples count. Default: 2. */
  readonly gamma?: number;
}

/**
 * Binary focal cross-entropy. With q = y · p + (1 − y) · (1 − p): (1 − q)^gamma · cross-entropy,
 * its mean over `axis`: targets and predictions `[N, …, K]` → `[N, …]`. Source: Lin et al., ICCV
 * 2017; as in Keras, but for `ignoreClass`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.binaryFocalCrossentropy({ gamma: 3 })
 */
export function binaryFocalCrossentropy(options: BinaryFocalCrossentropyOptions = {}): Loss {
  const {
    applyClassBalancing = false,
    alpha = 0.25,
    gamma = 2,
    ignoreClass = null,
    reduction,
    ...rest
  } = optionsOf(binaryFocalCrossentropy.facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  requireNumber("gamma", gamma, { least: 0 });
  requireNumber("alpha", alpha);
  requireIgnoreClass(ignoreClass);
  return defineLoss({
    name: "binaryFocalCrossentropy",
    options: {
      ...{ applyClassBalancing, alpha, gamma },
      ...{ fromLogits, labelSmoothing, axis, ignoreClass, reduction },
    },
    targets: "values",
    range: [0, 1],
    ...ignoring(ignoreClass),
    values(targets, predictions, build) {
      const known = withoutIgnoredValues(targets, ignoreClass, build);
      const yes = smoothBinary(known, labelSmoothing, build);
      const no = oneMinus(yes, build);
      const chances = fromLogits ? build.sigmoid(predictions) : predictions;
      const entropy = binaryCrossEntropy(yes, predictions, fromLogits, build);
      const right = build.add(
        build.multiply(yes, chances),
        build.multiply(no, oneMinus(chances, build)),
      );
      const focused = build.multiply(powerOf(oneMinus(right, build), gamma, build), entropy);
      const whose = { targets, ignoreClass, axis };
      if (!applyClassBalancing) return meanOfCounting(focused, whose, build);
      const weight = build.add(
        build.multiply(yes, build.constant(alpha)),
        build.multiply(no, build.constant(1 - alpha)),
      );
      return meanOfCounting(build.multiply(weight, focused), whose, build);
    },
    ...maskOfCounting(ignoreClass, axis),
  });
}
binaryFocalCrossentropy.facts = lossFacts<BinaryFocalCrossentropyOptions>({
  name: "binaryFocalCrossentropy",
  options: {
    ...smoothedNames,
    applyClassBalancing: "apply_class_balancing",
    alpha: "alpha",
    gamma: "gamma",
    ignoreClass: null,
  },
  keras: { className: "BinaryFocalCrossentropy", ownFixed: { ignoreClass: null } },
});
