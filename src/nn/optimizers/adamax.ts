// Adamax: Adam by the largest gradient.

import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type MomentOptions, momentNames, momentsIn } from "./optimizer-options.ts";

export interface AdamaxOptions extends MomentOptions {
  /** How much of the largest gradient so far is kept at each step. Default: 0.999. */
  readonly beta2?: number;
}

/**
 * Adamax. `m ← m + (g − m)(1 − beta1)`, `u ← max(beta2 · u, |g|)`,
 * `w ← w − learningRate / (1 − beta1ᵗ) · m / (u + epsilon)` at step t. Source: Kingma and Ba, ICLR
 * 2015, section 7; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adamax({ learningRate: 2e-3 })
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  optionsOf(adamax.facts, options);
  const { beta1, beta2, epsilon } = momentsIn(options);
  const rule: UpdateRule = {
    name: "adamax",
    options: { beta1, beta2, epsilon },
    squaresGradients: false,
    slots: ["momentum", "norm"],
    numbers: (step, rate) => ({ alpha: rate / (1 - beta1 ** step) }),
    update({ build, weight, gradient, slots, numbers }) {
      const momentum = movedTo(build, slots.momentum, gradient, beta1);
      const faded = build.multiply(slots.norm, build.constant(beta2));
      const norm = build.maximum(faded, build.absolute(gradient));
      const divisor = build.add(norm, build.constant(epsilon));
      const move = build.divide(build.multiply(momentum, numbers.alpha), divisor);
      return { weight: build.subtract(weight, move), slots: { momentum, norm } };
    },
  };
  return makeOptimizer(rule, options);
}
adamax.facts = optimizerFacts<AdamaxOptions>({
  name: "adamax",
  options: momentNames,
  keras: { className: "Adamax" },
  slotGroups: [["momentum", "norm"]],
});
