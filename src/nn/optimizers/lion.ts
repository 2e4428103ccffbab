// Lion.

import { requireOptions } from "../option.ts";
import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { mixed } from "./moving-average.ts";
import { type Optimizer, requireOption, requireShare, type UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

export interface LionOptions extends OptimizerOptions {
  /** How far a step goes, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate | StoredRate;
  /** How much of the momentum decides over a step's direction. Default: 0.9. */
  readonly beta1?: number;
  /** How slowly the momentum moves. Default: 0.99. */
  readonly beta2?: number;
}

/**
 * `w ← w − learningRate · sign(beta1 · m + (1 − beta1) · g)`, `m ← beta2 · m + (1 − beta2) · g`. Source:
 * Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023; formulas and defaults
 * as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.lion({ learningRate: 1e-4, weightDecay: 0.1 })
 */
export function lion(options: LionOptions = {}): Optimizer {
  requireOptions("optimizers.lion", options);
  const { beta1 = 0.9, beta2 = 0.99 } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.001);
  requireOption(beta1 > 0 && beta1 <= 1, "beta1", "a number above 0 and at most 1", beta1);
  requireShare(beta2, "beta2");
  const rule: UpdateRule = {
    name: "lion",
    options: { learningRate: storeRate(learningRate), beta1, beta2 },
    learningRate,
    squaresGradients: false,
    slots: ["momentum"],
    numbers: (_step, rate) => ({ learningRate: rate }),
    update({ build, weight, gradient, slots, numbers }) {
      const direction = build.sign(mixed(build, slots.momentum, gradient, beta1));
      const momentum = mixed(build, slots.momentum, gradient, beta2);
      const move = build.multiply(direction, numbers.learningRate);
      return { weight: build.subtract(weight, move), slots: { momentum } };
    },
  };
  return makeOptimizer(rule, options);
}
