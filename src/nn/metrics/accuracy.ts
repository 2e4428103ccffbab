// The share of right answers. Floor 4.

import { sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Metric } from "./metric.ts";

/** The sum over examples of the share of an example's places that are right. */
function sumOfShares(right: Node, build: Builder): Node {
  const places = sizeOf(right.shape) / right.shape[0];
  return build.multiply(build.sum(right), build.constant(1 / places));
}

/**
 * The share of examples whose answer is right. What is compared follows from the shapes, as in Keras:
 * class numbers `[N]` with the largest of `[N, C]`; rows `[N, C]` by their largest; a single result
 * `[N, 1]` by whether it is above 0.5. Results `[N, H, W, C]` are compared pixel by pixel.
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
        const right = build.equal(build.argMaximum(results), build.argMaximum(answers));
        return sumOfShares(right, build);
      }
      const above = build.less(build.constant(0.5), results);
      return sumOfShares(build.equal(above, build.reshape(answers, results.shape)), build);
    },
  };
}
