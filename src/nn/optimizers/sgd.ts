// Stochastic gradient descent.

import { requireOptions } from "../option.ts";
import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { type Optimizer, requireOption, type UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

export interface SgdOptions extends OptimizerOptions {
  /** How far a step goes, or a schedule. Default: 0.01. */
  readonly learningRate?: LearningRate | StoredRate;
  /** How much of the last step is kept, from 0 to 1. Default: 0. */
  readonly momentum?: number;
  /** Whether the gradient counts as if taken after the kept step. Default: false. */
  readonly nesterov?: boolean;
}

/**
 * `w ← w − learningRate · g`; with momentum `v ← momentum · v − learningRate · g`, `w ← w + v`, and with
 * nesterov `w ← w + momentum · v − learningRate · g`. Source: Robbins and Monro, 1951; Polyak, 1964;
 * Sutskever et al., ICML 2013; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.sgd({ learningRate: 0.1, momentum: 0.9 })
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  requireOptions("optimizers.sgd", options);
  const { momentum = 0, nesterov = false } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.01);
  requireOption(momentum >= 0 && momentum <= 1, "momentum", "a number from 0 to 1", momentum);
  const rule: UpdateRule = {
    name: "sgd",
    options: { learningRate: storeRate(learningRate), momentum, nesterov },
    learningRate,
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
  return makeOptimizer(rule, options);
}
