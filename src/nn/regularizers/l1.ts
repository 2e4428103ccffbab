// The sum of absolute values.

import { requireOptions } from "../option.ts";
import { requireFactors, weightedSums } from "./factors.ts";
import type { Regularizer } from "./regularizer.ts";

export interface L1Options {
  /** The factor. Default: 0.01. */
  readonly l1?: number;
}

/**
 * `l1 · Σ |w|`, of any shape: it drives weights to 0. Source: Tibshirani, "Regression shrinkage and
 * selection via the lasso", 1996; default as in Keras.
 *
 * @throws ConfigError where the factor cannot be used.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.l1({ l1: 1e-4 }) })
 */
export function l1(options: L1Options = {}): Regularizer {
  requireOptions("regularizers.l1", options);
  const factors = { l1: options.l1 ?? 0.01 };
  requireFactors(factors);
  return {
    name: "l1",
    options: factors,
    penalty: (value, build) => weightedSums(value, factors, build),
  };
}
