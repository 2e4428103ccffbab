// Cross-entropy with one row of probabilities an answer. Floor 4.

import {
  type CrossEntropyOptions,
  crossEntropyOfShares,
  type Loss,
  logitsOf,
  requireSameShape,
  requireScores,
} from "./loss.ts";

/**
 * −Σ answer · ln result: answers `[N, C]` (such as one-hot rows), results `[N, C]` → `[N]`. Where the
 * model ends in softmax it is computed from the logits, without overflow. As in Keras.
 *
 * @example losses.categoricalCrossentropy()
 */
export function categoricalCrossentropy(options: CrossEntropyOptions = {}): Loss {
  const { fromLogits = false } = options;
  return {
    name: "categoricalCrossentropy",
    options: { fromLogits },
    answers: "values",
    perExample(answers, results, build) {
      requireScores(results, "categoricalCrossentropy");
      requireSameShape(answers.shape, results.shape, "categoricalCrossentropy");
      const logits = logitsOf(results, fromLogits);
      return logits === undefined
        ? crossEntropyOfShares(answers, results, build)
        : build.softmaxCrossEntropy(logits, answers);
    },
  };
}
