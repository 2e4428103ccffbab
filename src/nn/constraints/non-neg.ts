// No element of a weight is below 0.

import { requireOptions } from "../option.ts";
import type { Constraint } from "./constraint.ts";

/**
 * `max(w, 0)`, of any shape. As Keras's `NonNeg`.
 *
 * @example layers.dense({ units: 10, kernelConstraint: "nonNeg" })
 */
export function nonNeg(_options: object = {}): Constraint {
  requireOptions("constraints.nonNeg", _options);
  return {
    name: "nonNeg",
    options: {},
    apply: (weight, build) => build.maximum(weight, build.constant(0)),
  };
}
