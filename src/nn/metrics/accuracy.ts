// The share of right answers. Floor 4.

import type { Metric } from "./metric.ts";

/**
 * The share of examples whose answer is right. What is compared follows from the shapes, as in Keras:
 * class numbers `[N]` with the largest of `[N, C]`; rows `[N, C]` by their largest; a single result
 * `[N, 1]` by whether it is above 0.5.
 *
 * @example model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] })
 */
export function accuracy(): Metric {
  return {
    name: "accuracy",
    sum(answers, results, build) {
      const classes = results.shape[results.shape.length - 1];
      if (answers.dtype !== "f32" && answers.shape.length === 1 && classes > 1) {
        return build.sum(build.equal(build.argMaximum(results), answers));
      }
      if (classes > 1) {
        return build.sum(build.equal(build.argMaximum(results), build.argMaximum(answers)));
      }
      const above = build.less(build.constant(0.5), results);
      const right = build.equal(above, build.reshape(answers, results.shape));
      return build.multiply(
        build.sum(right),
        build.constant(results.shape[0] / right.shape.reduce((a, b) => a * b, 1)),
      );
    },
  };
}
