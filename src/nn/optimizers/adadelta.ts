// Adadelta.

import { requireNumber } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { mixed, squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type OptimizerOptions, optimizerNames, requireShare } from "./optimizer-options.ts";

export interface AdadeltaOptions extends OptimizerOptions {
  /** How much of the means of squares is kept at each step. Default: 0.95. */
  readonly rho?: number;
  /** Added under the roots, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adadelta. `a ← rho · a + (1 − rho) · g²`, `s = √(d + epsilon) / √(a + epsilon) · g`,
 * `d ← rho · d + (1 − rho) · s²`, `w ← w − learningRate · s`. Source: Zeiler, "ADADELTA", 2012;
 * formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adadelta({ learningRate: 1 })
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { rho = 0.95, epsilon = 1e-7 } = optionsOf(adadelta.facts, options);
  requireShare("rho", rho);
  requireNumber("epsilon", epsilon, { above: 0 });
  const rule: UpdateRule = {
    name: "adadelta",
    options: { rho, epsilon },
    squaresGradients: true,
    slots: ["accumulated_grad", "accumulated_delta_var"],
    numbers: (_step, rate) => ({ learningRate: rate }),
    update({ build, weight, gradient, slots, numbers }) {
      const root = (x: typeof weight) => build.squareRoot(build.add(x, build.constant(epsilon)));
      const gradients = mixed(build, slots.accumulated_grad, squared(build, gradient), rho);
      const scaled = build.multiply(root(slots.accumulated_delta_var), gradient);
      const step = build.divide(scaled, root(gradients));
      const steps = mixed(build, slots.accumulated_delta_var, squared(build, step), rho);
      return {
        weight: build.subtract(weight, build.multiply(step, numbers.learningRate)),
        slots: { accumulated_grad: gradients, accumulated_delta_var: steps },
      };
    },
  };
  return makeOptimizer(rule, options);
}
adadelta.facts = optimizerFacts<AdadeltaOptions>({
  name: "adadelta",
  options: { ...optimizerNames, rho: "rho", epsilon: "epsilon" },
  keras: { className: "Adadelta" },
  slotGroups: [["accumulated_grad", "accumulated_delta_var"]],
});
