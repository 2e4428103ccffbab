// Adam.

import { requireOptions } from "../option.ts";
import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo, squared } from "./moving-average.ts";
import { type Optimizer, requirePositive, requireShare, type UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

export interface AdamOptions extends OptimizerOptions {
  /** How far a step goes, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate | StoredRate;
  /** How slowly the mean of the gradients moves. Default: 0.9. */
  readonly beta1?: number;
  /** How slowly the mean of their squares moves. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the root, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
  /** Whether the largest mean of squares so far counts. Default: false. */
  readonly amsgrad?: boolean;
}

/**
 * `m ← m + (g − m)(1 − beta1)`, `v ← v + (g² − v)(1 − beta2)`, `w ← w − a · m / (√v + epsilon)` with
 * `a = learningRate · √(1 − beta2ᵗ) / (1 − beta1ᵗ)` at step t; with amsgrad the largest v so far
 * takes v's place. Source: Kingma and Ba, ICLR 2015; Reddi et al., ICLR 2018; formulas and defaults
 * as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adam({ learningRate: 3e-4 })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  requireOptions("optimizers.adam", options);
  return makeOptimizer(adamRule("adam", options), options);
}

/** Adam's rule, which others share. @throws ConfigError where an option cannot be used. */
export function adamRule(name: string, options: AdamOptions): UpdateRule {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.001);
  requireShare(beta1, "beta1");
  requireShare(beta2, "beta2");
  requirePositive(epsilon, "epsilon");
  return {
    name,
    options: { learningRate: storeRate(learningRate), beta1, beta2, epsilon, amsgrad },
    learningRate,
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
