// Cross-entropy with class numbers. Floor 4.

import {
  type CrossEntropyOptions,
  crossEntropyOfShares,
  type Loss,
  logitsOf,
  requireScores,
} from "./loss.ts";

/**
 * −ln of the probability given to the right class: answers i32 `[N]`, results `[N, C]` → `[N]`. Where
 * the model ends in softmax it is computed from the logits, without overflow. As in Keras.
 *
 * @example losses.sparseCategoricalCrossentropy({ fromLogits: true })
 */
export function sparseCategoricalCrossentropy(options: CrossEntropyOptions = {}): Loss {
  const { fromLogits = false } = options;
  return {
    name: "sparseCategoricalCrossentropy",
    options: { fromLogits },
    answers: "classes",
    perExample(answers, results, build) {
      requireScores(results, "sparseCategoricalCrossentropy");
      const logits = logitsOf(results, fromLogits);
      return logits === undefined
        ? crossEntropyOfShares(build.oneHot(answers, results.shape[1]), results, build)
        : build.sparseSoftmaxCrossEntropy(logits, answers);
    },
  };
}
