// No part of a weight is longer than so much.

import { optionsOf } from "../facts.ts";
import { type Constraint, constraintFacts } from "./constraint.ts";
import { type Axes, normsOf, requireAxes, requireLengths, withNorms } from "./norms.ts";

export interface MaxNormOptions {
  /** The largest norm. Default: 2. */
  readonly maxValue?: number;
  /** The axes along which norms are taken; for filters of convolutions [0, 1, 2]. Default: 0. */
  readonly axis?: Axes;
}

/**
 * Limits the norms of a weight: `w · min(‖w‖, maxValue) / (‖w‖ + 1e-7)`, of any shape. Source:
 * Srebro and Shraibman, "Rank, trace-norm and max-norm", 2005; formula and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelConstraint: constraints.maxNorm({ maxValue: 3 }) })
 */
export function maxNorm(options: MaxNormOptions = {}): Constraint {
  const { maxValue = 2, axis = 0 } = optionsOf(maxNorm.facts, options);
  requireLengths({ maxValue });
  requireAxes(axis);
  return {
    name: "maxNorm",
    options: { maxValue, axis },
    apply(weight, build) {
      const norms = normsOf(weight, axis, build);
      return withNorms(weight, norms, build.minimum(norms, build.constant(maxValue)), build);
    },
  };
}
maxNorm.facts = constraintFacts<MaxNormOptions>({
  name: "maxNorm",
  options: { maxValue: "max_value", axis: "axis" },
  keras: { className: "MaxNorm" },
});
