// Adamax: Adam by the largest gradient.

import { requireOptions } from "../option.ts";
import { type LearningRate, rateFrom, type StoredRate, storeRate } from "./learning-rate.ts";
import { makeOptimizer } from "./make-optimizer.ts";
import { movedTo } from "./moving-average.ts";
import { type Optimizer, requirePositive, requireShare, type UpdateRule } from "./optimizer.ts";
import type { OptimizerOptions } from "./optimizer-options.ts";

export interface AdamaxOptions extends OptimizerOptions {
  /** How far a step goes, or a schedule. Default: 0.001. */
  readonly learningRate?: LearningRate | StoredRate;
  /** How slowly the mean of the gradients moves. Default: 0.9. */
  readonly beta1?: number;
  /** How slowly the largest gradient is forgotten. Default: 0.999. */
  readonly beta2?: number;
  /** Added to the divisor, against division by 0. Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * `m ← m + (g − m)(1 − beta1)`, `u ← max(beta2 · u, |g|)`,
 * `w ← w − learningRate / (1 − beta1ᵗ) · m / (u + epsilon)` at step t. Source: Kingma and Ba, ICLR
 * 2015, section 7; formulas and defaults as in Keras.
 *
 * @throws ConfigError where an option cannot be used.
 * @example optimizers.adamax({ learningRate: 2e-3 })
 */
export function adamax(options: AdamaxOptions = {}): Optimizer {
  requireOptions("optimizers.adamax", options);
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  const learningRate = rateFrom(options.learningRate ?? 0.001);
  requireShare(beta1, "beta1");
  requireShare(beta2, "beta2");
  requirePositive(epsilon, "epsilon");
  const rule: UpdateRule = {
    name: "adamax",
    options: { learningRate: storeRate(learningRate), beta1, beta2, epsilon },
    learningRate,
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
