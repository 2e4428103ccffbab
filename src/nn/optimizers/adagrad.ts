// Adagrad.

import { requireOptions } from "../option.ts";
import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { squared } from "./moving-average.ts";
import { type Optimizer, requireOption, requirePositive, type UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

export interface AdagradOptions extends OptimizerOptions {
  /** How far a step goes, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate | StoredRate;
  /** What the sum of squares begins with. Default: 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * `a ← a + g²`, `w ← w − learningRate · g / √(a + epsilon)`. Source: Duchi et al., JMLR 2011; formulas
 * and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adagrad({ learningRate: 0.1 })
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  requireOptions("optimizers.adagrad", options);
  const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.001);
  const fits = initialAccumulatorValue >= 0 && Number.isFinite(initialAccumulatorValue);
  const expected = "a finite number of at least 0";
  requireOption(fits, "initialAccumulatorValue", expected, initialAccumulatorValue);
  requirePositive(epsilon, "epsilon");
  const rule: UpdateRule = {
    name: "adagrad",
    options: { learningRate: storeRate(learningRate), initialAccumulatorValue, epsilon },
    learningRate,
    squaresGradients: true,
    slots: ["accumulator"],
    firstSlots: { accumulator: initialAccumulatorValue },
    numbers: (_step, rate) => ({ learningRate: rate }),
    update({ build, weight, gradient, slots, numbers }) {
      const accumulator = build.add(slots.accumulator, squared(build, gradient));
      const root = build.squareRoot(build.add(accumulator, build.constant(epsilon)));
      const move = build.divide(build.multiply(gradient, numbers.learningRate), root);
      return { weight: build.subtract(weight, move), slots: { accumulator } };
    },
  };
  return makeOptimizer(rule, options);
}
