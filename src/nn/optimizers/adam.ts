// Adam.

import { optionsOf } from "../facts.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo, squared } from "./moving-average.ts";
import { type Optimizer, optimizerFacts, type UpdateRule } from "./optimizer.ts";
import { type MomentOptions, momentNames, momentsIn } from "./optimizer-options.ts";

export interface AdamOptions extends MomentOptions {
  /** Whether to use AMSGrad, which keeps the largest mean of squares so far. Default: false. */
  readonly amsgrad?: boolean;
}

/**
 * Adam. `m ← m + (g − m)(1 − beta1)`, `v ← v + (g² − v)(1 − beta2)`, `w ← w − a · m / (√v +
 * epsilon)` with `a = learningRate · √(1 − beta2ᵗ) / (1 − beta1ᵗ)` at step t; with amsgrad the
 * largest v so far takes v's place. Source: Kingma and Ba, ICLR 2015; Reddi et al., ICLR 2018;
 * formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adam({ learningRate: 3e-4 })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  optionsOf(adam.facts, options);
  return makeOptimizer(adamRule("adam", options), options);
}
adam.facts = optimizerFacts<AdamOptions>({
  name: "adam",
  options: { ...momentNames, amsgrad: "amsgrad" },
  keras: { className: "Adam" },
  slotGroups: [["momentum", "velocity"], ["velocity_hat"]],
});

/** Adam's rule, which others share. @throws ConfigError where an option cannot be used. */
export function adamRule(name: string, options: AdamOptions): UpdateRule {
  const { amsgrad = false } = options;
  const { beta1, beta2, epsilon } = momentsIn(options);
  return {
    name,
    options: { beta1, beta2, epsilon, amsgrad },
    squaresGradients: true,
    slots: ["momentum", "velocity", ...(amsgrad ? ["velocity_hat"] : [])],
    numbers: (step, rate) => ({
      alpha: (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
    }),
    update({ build, weight, gradient, slots, numbers }) {
      const momentum = movedTo(build, slots.momentum, gradient, beta1);
      const velocity = movedTo(build, slots.velocity, squared(build, gradient), beta2);
      const largest = amsgrad ? build.maximum(slots.velocity_hat, velocity) : velocity;
      const root = build.add(build.squareRoot(largest), build.constant(epsilon));
      const move = build.divide(build.multiply(momentum, numbers.alpha), root);
      return {
        weight: build.subtract(weight, move),
        slots: { momentum, velocity, ...(amsgrad ? { velocity_hat: largest } : {}) },
      };
    },
  };
}
