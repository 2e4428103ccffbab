// Absolute values and squares together.

import { optionsOf } from "../facts.ts";
import { requireFactors, weightedSums } from "./factors.ts";
import { type Regularizer, regularizerFacts } from "./regularizer.ts";

export interface L1L2Options {
  /** The factor of the absolute values. Default: 0. */
  readonly l1?: number;
  /** The factor of the squares. Default: 0. */
  readonly l2?: number;
}

/**
 * L1 and L2 regularization: `l1 · Σ |w| + l2 · Σ w²`, of any shape. Source: Zou and Hastie,
 * "Regularization and variable selection via the elastic net", 2005; defaults as in Keras.
 *
 * @throws ConfigError where a factor cannot be used.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.l1L2({ l1: 1e-5, l2: 1e-4 }) })
 */
export function l1L2(options: L1L2Options = {}): Regularizer {
  const { l1 = 0, l2 = 0 } = optionsOf(l1L2.facts, options);
  const factors = { l1, l2 };
  requireFactors(factors);
  return {
    name: "l1L2",
    options: factors,
    penalty: (value, build) => weightedSums(value, factors, build),
  };
}
l1L2.facts = regularizerFacts<L1L2Options>({
  name: "l1L2",
  options: { l1: "l1", l2: "l2" },
  keras: { className: "L1L2", aliases: ["l1_l2"] },
});
