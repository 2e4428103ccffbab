// No element of a weight is below 0.

import { optionsOf } from "../facts.ts";
import { type Constraint, constraintFacts } from "./constraint.ts";

/**
 * Keeps a weight non-negative: `max(w, 0)`, of any shape. As Keras's `NonNeg`.
 *
 * @example layers.dense({ units: 10, kernelConstraint: "nonNeg" })
 */
export function nonNeg(options: object = {}): Constraint {
  optionsOf(nonNeg.facts, options);
  return {
    name: "nonNeg",
    options: {},
    apply: (weight, build) => build.maximum(weight, build.constant(0)),
  };
}
nonNeg.facts = constraintFacts({
  name: "nonNeg",
  options: {},
  keras: { className: "NonNeg" },
});
