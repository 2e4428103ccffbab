// Cross-entropy with class numbers.

import { requireBetween, requireOption } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { crossEntropyNames, type LogitsOptions, sparseCrossEntropy } from "./cross-entropy.ts";
import { defineLoss, type Loss, type LossOptions, lossFacts } from "./loss.ts";

/** Options of the cross-entropy of class numbers, as a loss and as a metric. */
export interface SparseEntropyOptions extends LogitsOptions {
  /**
   * A class number whose places do not count, such as 255 at the edges of masks. Default: none.
   */
  readonly ignoreClass?: number | null;
  /** The axis of the classes. Default: the last. */
  readonly axis?: number;
  /**
   * Label smoothing: the share of each target that is spread over all classes, as in
   * `categoricalCrossentropy`. Keras does not have it here. Default: 0.
   */
  readonly labelSmoothing?: number;
}

export interface SparseCategoricalCrossentropyOptions extends SparseEntropyOptions, LossOptions {}

/**
 * Cross-entropy with class numbers as targets, −ln p of the right class: targets i32 `[N, …]`,
 * predictions `[N, …, C]` → `[N, …]`. Where the model ends in softmax it is computed from the
 * logits, without overflow. Places of `ignoreClass` are 0, and the mean is that of the others. As
 * in Keras, but for `labelSmoothing` (Szegedy et al., CVPR 2016).
 *
 * @throws ConfigError where an option cannot be used.
 * @example losses.sparseCategoricalCrossentropy({ fromLogits: true })
 */
export function sparseCategoricalCrossentropy(
  options: SparseCategoricalCrossentropyOptions = {},
): Loss {
  const {
    fromLogits = false,
    ignoreClass = null,
    axis = -1,
    labelSmoothing = 0,
    reduction,
  } = optionsOf(sparseCategoricalCrossentropy.facts, options);
  const isWhole = ignoreClass === null || Number.isSafeInteger(ignoreClass);
  requireOption("ignoreClass", ignoreClass, isWhole, "a whole number");
  requireBetween("labelSmoothing", labelSmoothing, 0, 1);
  const choices = { fromLogits, axis, labelSmoothing };
  const base = {
    name: "sparseCategoricalCrossentropy",
    options: { fromLogits, ignoreClass, axis, labelSmoothing, reduction },
    targets: "classes",
    axis,
  } as const;
  if (ignoreClass === null) {
    return defineLoss({
      ...base,
      values: (targets, predictions, build) =>
        sparseCrossEntropy(targets, predictions, choices, build),
    });
  }
  return defineLoss({
    ...base,
    ignoreClass,
    values(targets, predictions, build) {
      const ignored = build.equal(targets, build.constant(ignoreClass, [], "i32"));
      // A label that is no class has no loss.
      const labels = build.select(ignored, build.constant(-1, [], "i32"), targets);
      return sparseCrossEntropy(labels, predictions, choices, build);
    },
    mask(targets, build) {
      const ignored = build.equal(targets, build.constant(ignoreClass, [], "i32"));
      return build.subtract(build.constant(1), ignored);
    },
  });
}
sparseCategoricalCrossentropy.facts = lossFacts<SparseCategoricalCrossentropyOptions>({
  name: "sparseCategoricalCrossentropy",
  options: {
    ...crossEntropyNames,
    ignoreClass: "ignore_class",
    axis: "axis",
    labelSmoothing: null,
  },
  keras: {
    className: "SparseCategoricalCrossentropy",
    ownFixed: { axis: -1, labelSmoothing: 0 },
  },
});
