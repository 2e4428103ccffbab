// All parts of a weight have a length between two others.

import { optionsOf } from "../facts.ts";
import { type Constraint, constraintFacts } from "./constraint.ts";
import { type Axes, normsOf, requireAxes, requireLengths, withNorms } from "./norms.ts";

export interface MinMaxNormOptions {
  /** The smallest norm. Default: 0. */
  readonly minValue?: number;
  /** The largest norm. Default: 1. */
  readonly maxValue?: number;
  /** How strictly norms are enforced at each step, from 0 to 1. Default: 1. */
  readonly rate?: number;
  /** The axes along which norms are taken; for filters of convolutions [0, 1, 2]. Default: 0. */
  readonly axis?: Axes;
}

/**
 * Keeps the norms of a weight in a range: `w · (rate · clip(‖w‖, minValue, maxValue) + (1 − rate) ·
 * ‖w‖) / (‖w‖ + 1e-7)`, of any shape. Formula and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelConstraint: constraints.minMaxNorm({ minValue: 0.5 }) })
 */
export function minMaxNorm(options: MinMaxNormOptions = {}): Constraint {
  const { minValue = 0, maxValue = 1, rate = 1, axis = 0 } = optionsOf(minMaxNorm.facts, options);
  requireLengths({ minValue, maxValue, rate });
  requireAxes(axis);
  return {
    name: "minMaxNorm",
    options: { minValue, maxValue, rate, axis },
    apply(weight, build) {
      const norms = normsOf(weight, axis, build);
      const raised = build.maximum(norms, build.constant(minValue));
      const inside = build.minimum(raised, build.constant(maxValue));
      const wanted = build.add(
        build.multiply(inside, build.constant(rate)),
        build.multiply(norms, build.constant(1 - rate)),
      );
      return withNorms(weight, norms, wanted, build);
    },
  };
}
minMaxNorm.facts = constraintFacts<MinMaxNormOptions>({
  name: "minMaxNorm",
  options: { minValue: "min_value", maxValue: "max_value", rate: "rate", axis: "axis" },
  keras: { className: "MinMaxNorm" },
});
