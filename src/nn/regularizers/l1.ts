// The sum of absolute values.

import { optionsOf } from "../facts.ts";
import { requireFactors, weightedSums } from "./factors.ts";
import { type Regularizer, regularizerFacts } from "./regularizer.ts";

export interface L1Options {
  /** The factor. Default: 0.01. */
  readonly l1?: number;
}

/**
 * L1 regularization: `l1 · Σ |w|`, of any shape: it drives weights to 0. Source: Tibshirani,
 * "Regression shrinkage and selection via the lasso", 1996; default as in Keras.
 *
 * @throws ConfigError where the factor cannot be used.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.l1({ l1: 1e-4 }) })
 */
export function l1(options: L1Options = {}): Regularizer {
  const { l1: factor = 0.01 } = optionsOf(l1.facts, options);
  const factors = { l1: factor };
  requireFactors(factors);
  return {
    name: "l1",
    options: factors,
    penalty: (value, build) => weightedSums(value, factors, build),
  };
}
l1.facts = regularizerFacts<L1Options>({
  name: "l1",
  options: { l1: "l1" },
  keras: { className: "L1" },
});
