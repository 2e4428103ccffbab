// Cross-entropy with class numbers.

import { requireBetween } from "../../core/option.ts";
import { normalizeAxis } from "../../core/shape.ts";
import { optionsOf } from "../facts.ts";
import { classWeightOf, requireClassWeights, requireWeightOfEach } from "./class-weights.ts";
import { crossEntropyNames, type LogitsOptions, sparseCrossEntropy } from "./cross-entropy.ts";
import { countingPlaces, ignoring, requireIgnoreClass, withoutIgnored } from "./ignored.ts";
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

export interface SparseCategoricalCrossentropyOptions extends SparseEntropyOptions, LossOptions {
  /**
   * How much places of each class count: a number of at least 0 for each. Keras has it as an option
   * of `fit`, which takes one class an example. Default: all count alike.
   */
  readonly classWeights?: readonly number[] | null;
}

/**
 * Cross-entropy with class numbers as targets, −ln p of the right class: targets i32 `[N, …]`,
 * predictions `[N, …, C]` → `[N, …]`. Where the model ends in softmax it is computed from the
 * logits, without overflow. Places of `ignoreClass` are 0, and the mean is that of the others. As
 * in Keras, but for `labelSmoothing` (Szegedy et al., CVPR 2016) and `classWeights`.
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
    classWeights = null,
    reduction,
  } = optionsOf(sparseCategoricalCrossentropy.facts, options);
  requireIgnoreClass(ignoreClass);
  requireBetween("labelSmoothing", labelSmoothing, 0, 1);
  requireClassWeights("classWeights", classWeights);
  const choices = { fromLogits, axis, labelSmoothing };
  return defineLoss({
    name: "sparseCategoricalCrossentropy",
    options: { fromLogits, ignoreClass, axis, labelSmoothing, classWeights, reduction },
    targets: "classes",
    axis,
    ...ignoring(ignoreClass),
    values(targets, predictions, build) {
      // A label that is no class has no loss.
      const labels = ignoreClass === null ? targets : withoutIgnored(targets, ignoreClass, build);
      const values = sparseCrossEntropy(labels, predictions, choices, build);
      if (classWeights === null) return values;
      const { shape } = predictions;
      requireWeightOfEach("classWeights", classWeights, shape[normalizeAxis(axis, shape.length)]);
      return build.multiply(values, classWeightOf(labels, classWeights, build));
    },
    ...(ignoreClass === null
      ? {}
      : { mask: (targets, build) => countingPlaces(targets, ignoreClass, build) }),
  });
}
sparseCategoricalCrossentropy.facts = lossFacts<SparseCategoricalCrossentropyOptions>({
  name: "sparseCategoricalCrossentropy",
  options: {
    ...crossEntropyNames,
    ignoreClass: "ignore_class",
    axis: "axis",
    labelSmoothing: null,
    classWeights: null,
  },
  keras: {
    className: "SparseCategoricalCrossentropy",
    ownFixed: { axis: -1, labelSmoothing: 0, classWeights: null },
  },
});
