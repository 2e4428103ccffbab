// Lion.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { mixed } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type OptimizerOptions, optimizerNames, requireShare } from "./optimizer-options.ts";

export interface LionOptions extends OptimizerOptions {
  /** How much of the momentum decides over a step's direction. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the momentum is kept at each step. Default: 0.99. */
  readonly beta2?: number;
}

/**
 * Lion. `w ← w − learningRate · sign(beta1 · m + (1 − beta1) · g)`, `m ← beta2 · m + (1 − beta2) ·
 * g`. Source: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023; formulas
 * and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.lion({ learningRate: 1e-4, weightDecay: 0.1 })
 */
export function lion(options: LionOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.99 } = optionsOf(lion.facts, options);
  requireNumber("beta1", beta1, { above: 0, most: 1 });
  requireShare("beta2", beta2);
  const rule: UpdateRule = {
    name: "lion",
    options: { beta1, beta2 },
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
lion.facts = optimizerFacts<LionOptions>({
  name: "lion",
  options: { ...optimizerNames, beta1: "beta_1", beta2: "beta_2" },
  keras: { className: "Lion" },
  slotGroups: [["momentum"]],
});
