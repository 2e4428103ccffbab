// RMSprop.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { mixed, squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type OptimizerOptions, optimizerNames, requireShare } from "./optimizer-options.ts";

export interface RmspropOptions extends OptimizerOptions {
  /** How much of the mean of squared gradients is kept at each step. Default: 0.9. */
  readonly rho?: number;
  /** Momentum: how much of the last step is kept, from 0 to 1. Default: 0. */
  readonly momentum?: number;
  /** Added under the root, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
  /**
   * Whether gradients are divided by their standard deviation rather than their root mean square.
   * Default: false.
   */
  readonly centered?: boolean;
}

/**
 * RMSprop. `v ← rho · v + (1 − rho) · g²`, `w ← w − s` with `s = learningRate · g / √(v +
 * epsilon)`; with momentum `m ← momentum · m + s`, `w ← w − m`; centered, `v − a²` with `a ← rho ·
 * a + (1 − rho) · g` takes v's place under the root. Source: Tieleman and Hinton, 2012; Graves,
 * 2013; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.rmsprop({ learningRate: 1e-3, momentum: 0.9 })
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const {
    rho = 0.9,
    momentum = 0,
    epsilon = 1e-7,
    centered = false,
  } = optionsOf(rmsprop.facts, options);
  requireShare("rho", rho);
  requireNumber("momentum", momentum, { least: 0, most: 1 });
  requireNumber("epsilon", epsilon, { above: 0 });
  const rule: UpdateRule = {
    name: "rmsprop",
    options: { rho, momentum, epsilon, centered },
    squaresGradients: true,
    slots: [
      "velocity",
      ...(momentum > 0 ? ["momentum"] : []),
      ...(centered ? ["average_gradient"] : []),
    ],
    numbers: (_step, rate) => ({ learningRate: rate }),
    update({ build, weight, gradient, slots, numbers }) {
      const velocity = mixed(build, slots.velocity, squared(build, gradient), rho);
      const average = centered ? mixed(build, slots.average_gradient, gradient, rho) : undefined;
      // Rounding must not make a variance negative.
      const spread =
        average === undefined
          ? velocity
          : build.relu(build.subtract(velocity, squared(build, average)));
      const root = build.squareRoot(build.add(spread, build.constant(epsilon)));
      const step = build.divide(build.multiply(gradient, numbers.learningRate), root);
      const move =
        momentum > 0
          ? build.add(build.multiply(slots.momentum, build.constant(momentum)), step)
          : step;
      return {
        weight: build.subtract(weight, move),
        slots: {
          velocity,
          ...(momentum > 0 ? { momentum: move } : {}),
          ...(average === undefined ? {} : { average_gradient: average }),
        },
      };
    },
  };
  return makeOptimizer(rule, options);
}
rmsprop.facts = optimizerFacts<RmspropOptions>({
  name: "rmsprop",
  options: {
    ...optimizerNames,
    rho: "rho",
    momentum: "momentum",
    epsilon: "epsilon",
    centered: "centered",
  },
  keras: { className: "RMSprop" },
  slotGroups: [["velocity"], ["momentum"], ["average_gradient"]],
});
