// The mean of squared differences. Floor 4.

import { type Loss, meanPerExample, requireSameShape } from "./loss.ts";

/**
 * (answer − result)², its mean over all but the first axis: `[N, …]`, `[N, …]` → `[N]`. As in Keras.
 *
 * @example losses.meanSquaredError()
 */
export function meanSquaredError(): Loss {
  return {
    name: "meanSquaredError",
    options: {},
    answers: "values",
    perExample(answers, results, build) {
      requireSameShape(answers.shape, results.shape, "meanSquaredError");
      const difference = build.subtract(answers, results);
      return meanPerExample(build.multiply(difference, difference), build);
    },
  };
}
