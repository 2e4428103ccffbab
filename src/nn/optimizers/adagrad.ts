// Adagrad.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type OptimizerOptions, optimizerNames } from "./optimizer-options.ts";

export interface AdagradOptions extends OptimizerOptions {
  /** The initial value of the sum of squares. Default: 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Added under the root, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adagrad. `a ← a + g²`, `w ← w − learningRate · g / √(a + epsilon)`. Source: Duchi et al., JMLR
 * 2011; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adagrad({ learningRate: 0.1 })
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = optionsOf(adagrad.facts, options);
  requireNumber("initialAccumulatorValue", initialAccumulatorValue, { least: 0 });
  requireNumber("epsilon", epsilon, { above: 0 });
  const rule: UpdateRule = {
    name: "adagrad",
    options: { initialAccumulatorValue, epsilon },
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
adagrad.facts = optimizerFacts<AdagradOptions>({
  name: "adagrad",
  options: {
    ...optimizerNames,
    initialAccumulatorValue: "initial_accumulator_value",
    epsilon: "epsilon",
  },
  keras: { className: "Adagrad" },
  slotGroups: [["accumulator"]],
});
