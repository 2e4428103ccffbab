// Cross-entropy of yes-or-no answers. Floor 4.

import {
  type CrossEntropyOptions,
  type Loss,
  meanPerExample,
  requireSameShape,
  smallest,
} from "./loss.ts";

/**
 * −(y · ln p + (1 − y) · ln(1 − p)), its mean over all but the first axis: answers and results `[N, …]`
 * → `[N]`. Where the model ends in sigmoid it is computed from the logits x, as
 * max(x, 0) − x · y + ln(1 + e^−|x|). As in Keras.
 *
 * @example losses.binaryCrossentropy()
 */
export function binaryCrossentropy(options: CrossEntropyOptions = {}): Loss {
  const { fromLogits = false } = options;
  return {
    name: "binaryCrossentropy",
    options: { fromLogits },
    answers: "values",
    perExample(answers, results, build) {
      requireSameShape(answers.shape, results.shape, "binaryCrossentropy");
      const one = build.constant(1);
      const logits = results.op.name === "sigmoid" ? results.inputs[0] : results;
      if (fromLogits || logits !== results) {
        const product = build.multiply(logits, answers);
        // Not relu and not |x|: where x is 0 their slopes do not add up to that of the whole.
        const above = build.maximum(logits, build.constant(0));
        const decay = build.exponential(build.minimum(build.negate(logits), logits));
        const tail = build.logarithm(build.add(one, decay));
        const loss = build.add(build.subtract(above, product), tail);
        return meanPerExample(loss, build);
      }
      const inside = build.minimum(
        build.maximum(results, build.constant(smallest)),
        build.constant(1 - smallest),
      );
      const yes = build.multiply(answers, build.logarithm(inside));
      const no = build.multiply(
        build.subtract(one, answers),
        build.logarithm(build.subtract(one, inside)),
      );
      return meanPerExample(build.negate(build.add(yes, no)), build);
    },
  };
}
