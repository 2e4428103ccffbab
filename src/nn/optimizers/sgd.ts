// Stochastic gradient descent.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import type { LearningRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type OptimizerOptions, optimizerNames } from "./optimizer-options.ts";

export interface SgdOptions extends OptimizerOptions {
  /** The size of a step, or a schedule of it. Default: 0.01. */
  readonly learningRate?: LearningRate;
  /** Momentum: how much of the last step is kept, from 0 to 1. Default: 0. */
  readonly momentum?: number;
  /** Whether Nesterov momentum is used. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent. `w ← w − learningRate · g`; with momentum `v ← momentum · v −
 * learningRate · g`, `w ← w + v`, and with nesterov `w ← w + momentum · v − learningRate · g`.
 * Source: Robbins and Monro, 1951; Polyak, 1964; Sutskever et al., ICML 2013; formulas and defaults
 * as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false } = optionsOf(sgd.facts, options);
  requireNumber("momentum", momentum, { least: 0, most: 1 });
  const rule: UpdateRule = {
    name: "sgd",
    options: { momentum, nesterov },
    squaresGradients: false,
    slots: momentum > 0 ? ["momentum"] : [],
    numbers: (_step, rate) => ({ learningRate: rate }),
    update({ build, weight, gradient, slots, numbers }) {
      const step = build.multiply(gradient, numbers.learningRate);
      if (momentum === 0) return { weight: build.subtract(weight, step), slots: {} };
      const keep = build.constant(momentum);
      const velocity = build.subtract(build.multiply(slots.momentum, keep), step);
      const move = nesterov ? build.subtract(build.multiply(velocity, keep), step) : velocity;
      return { weight: build.add(weight, move), slots: { momentum: velocity } };
    },
  };
  return makeOptimizer(rule, { ...options, learningRate: options.learningRate ?? 0.01 });
}
sgd.facts = optimizerFacts<SgdOptions>({
  name: "sgd",
  options: { ...optimizerNames, momentum: "momentum", nesterov: "nesterov" },
  keras: { className: "SGD" },
  slotGroups: [["momentum"]],
});
