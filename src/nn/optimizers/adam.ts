// Adam. Floor 4.

import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { type Optimizer, requireOption } from "./optimizer.ts";

export interface AdamOptions {
  /** How far a step goes, or a schedule; 0.001 unless told. */
  readonly learningRate?: LearningRate | StoredRate;
  /** How slowly the mean of the gradients moves; 0.9 unless told. */
  readonly beta1?: number;
  /** How slowly the mean of their squares moves; 0.999 unless told. */
  readonly beta2?: number;
  /** Added to the root, against division by 0; 1e-7 unless told. */
  readonly epsilon?: number;
}

/**
 * `m ← m + (g − m)(1 − beta1)`, `v ← v + (g² − v)(1 − beta2)`, `w ← w − a · m / (√v + epsilon)` with
 * `a = learningRate · √(1 − beta2ᵗ) / (1 − beta1ᵗ)` at step t. Source: Kingma and Ba, ICLR 2015;
 * formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adam({ learningRate: 3e-4 })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.001);
  requireOption(beta1 >= 0 && beta1 < 1, "beta1", "a number from 0 up to 1", beta1);
  requireOption(beta2 >= 0 && beta2 < 1, "beta2", "a number from 0 up to 1", beta2);
  requireOption(epsilon > 0, "epsilon", "a number above 0", epsilon);
  return {
    name: "adam",
    options: { learningRate: storeRate(learningRate), beta1, beta2, epsilon },
    learningRate,
    slots: ["momentum", "velocity"],
    numbers: (step, rate) => ({
      alpha: (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
    }),
    update({ build, weight, gradient, slots, numbers }) {
      const toward = (from: typeof weight, to: typeof weight, share: number) =>
        build.add(from, build.multiply(build.subtract(to, from), build.constant(share)));
      const momentum = toward(slots.momentum, gradient, 1 - beta1);
      const velocity = toward(slots.velocity, build.multiply(gradient, gradient), 1 - beta2);
      const root = build.add(build.squareRoot(velocity), build.constant(epsilon));
      const move = build.divide(build.multiply(momentum, numbers.alpha), root);
      return { weight: build.subtract(weight, move), slots: { momentum, velocity } };
    },
  };
}
