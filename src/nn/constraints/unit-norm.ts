// All parts of a weight have length 1.

import { optionsOf } from "../facts.ts";
import { type Constraint, constraintFacts } from "./constraint.ts";
import { type Axes, normsOf, requireAxes, withNorms } from "./norms.ts";

export interface UnitNormOptions {
  /** The axes along which norms are taken; for filters of convolutions [0, 1, 2]. Default: 0. */
  readonly axis?: Axes;
}

/**
 * Gives a weight unit norms: `w / (‖w‖ + 1e-7)`, of any shape. Formula and default as in Keras.
 *
 * @throws ConfigError where the option cannot be used.
 * @example layers.conv2d({ filters: 8, kernelSize: 3, kernelConstraint: constraints.unitNorm({ axis: [0, 1, 2] }) })
 */
export function unitNorm(options: UnitNormOptions = {}): Constraint {
  const { axis = 0 } = optionsOf(unitNorm.facts, options);
  requireAxes(axis);
  return {
    name: "unitNorm",
    options: { axis },
    apply: (weight, build) =>
      withNorms(weight, normsOf(weight, axis, build), build.constant(1), build),
  };
}
unitNorm.facts = constraintFacts<UnitNormOptions>({
  name: "unitNorm",
  options: { axis: "axis" },
  keras: { className: "UnitNorm" },
});
