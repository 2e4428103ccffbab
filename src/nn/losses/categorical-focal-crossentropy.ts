// Focal loss: categorical cross-entropy in which easy examples count less.

import { requireNumber, requireOption } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { constantOf } from "../layers/constants.ts";
import { requireClassWeights, requireWeightOfEach } from "./class-weights.ts";
import {
  type SmoothedOptions,
  sharesOf,
  smoothedNames,
  smoothedOptions,
  smoothShares,
} from "./cross-entropy.ts";
import { hotRows, moveLast, oneMinus, powerOf, sumOfLast } from "./formulas.ts";
import {
  countingPlaces,
  type IgnoringOptions,
  ignoring,
  requireIgnoreClass,
  withoutIgnored,
} from "./ignored.ts";
import { defineLoss, type Loss, lossFacts } from "./loss.ts";

export interface CategoricalFocalCrossentropyOptions extends SmoothedOptions, IgnoringOptions {
  /** The weight of every class, or one for each in a list. Default: 0.25. */
  readonly alpha?: number | readonly number[];
  /** The focusing parameter: the larger, the less easy examples count. Default: 2. */
  readonly gamma?: number;
  /**
   * Whether targets are class numbers `[N, …]`, which `ignoreClass` needs. Default: false, they are
   * rows `[N, …, C]`.
   */
  readonly sparseYTrue?: boolean;
}

/**
 * Categorical focal cross-entropy: −Σ alpha · (1 − p)^gamma · target · ln p along `axis`: targets
 * `[N, …, C]`, predictions `[N, …, C]` → `[N, …]`. Source: Lin et al., ICCV 2017; as in Keras, but
 * for `sparseYTrue` and `ignoreClass`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.categoricalFocalCrossentropy({ gamma: 3 })
 * @example losses.categoricalFocalCrossentropy({ alpha: [0.2, 0.8], sparseYTrue: true })
 */
export function categoricalFocalCrossentropy(
  options: CategoricalFocalCrossentropyOptions = {},
): Loss {
  const {
    alpha = 0.25,
    gamma = 2,
    sparseYTrue = false,
    ignoreClass = null,
    reduction,
    ...rest
  } = optionsOf(categoricalFocalCrossentropy.facts, options);
  const { fromLogits, labelSmoothing, axis } = smoothedOptions(rest);
  requireNumber("gamma", gamma, { least: 0 });
  if (typeof alpha === "number") requireNumber("alpha", alpha);
  else requireClassWeights("alpha", alpha);
  requireIgnoreClass(ignoreClass);
  // Of rows nobody could say which one is ignored.
  requireOption(
    "ignoreClass",
    ignoreClass,
    ignoreClass === null || sparseYTrue,
    "sparseYTrue, too",
  );
  const own = { alpha, gamma, sparseYTrue, ignoreClass };
  return defineLoss({
    name: "categoricalFocalCrossentropy",
    options: { ...own, fromLogits, labelSmoothing, axis, reduction },
    ...(sparseYTrue
      ? ({ targets: "classes", axis } as const)
      : ({ targets: "values", range: [0, 1] } as const)),
    ...ignoring(ignoreClass),
    values(given, predictions, build) {
      const scores = moveLast(predictions, axis, build);
      const classes = scores.shape[scores.shape.length - 1];
      if (typeof alpha !== "number") requireWeightOfEach("alpha", alpha, classes);
      const labels = ignoreClass === null ? given : withoutIgnored(given, ignoreClass, build);
      const rows = sparseYTrue ? hotRows(labels, classes, build) : moveLast(given, axis, build);
      const expected = smoothShares(rows, labelSmoothing, build);
      const share = sharesOf(fromLogits ? build.softmax(scores) : scores, -1, build);
      const entropy = build.multiply(expected, build.logarithm(share));
      const focused = build.multiply(powerOf(oneMinus(share, build), gamma, build), entropy);
      if (typeof alpha === "number") {
        return build.multiply(sumOfLast(focused, build), build.constant(-alpha));
      }
      return build.negate(sumOfLast(build.multiply(focused, constantOf(build, alpha)), build));
    },
    ...(ignoreClass === null
      ? {}
      : { mask: (targets, build) => countingPlaces(targets, ignoreClass, build) }),
  });
}
categoricalFocalCrossentropy.facts = lossFacts<CategoricalFocalCrossentropyOptions>({
  name: "categoricalFocalCrossentropy",
  options: {
    ...smoothedNames,
    alpha: "alpha",
    gamma: "gamma",
    sparseYTrue: null,
    ignoreClass: null,
  },
  keras: {
    className: "CategoricalFocalCrossentropy",
    ownFixed: { sparseYTrue: false, ignoreClass: null },
  },
});
