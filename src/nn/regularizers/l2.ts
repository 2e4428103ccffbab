// The sum of squares.

import { requireOptions } from "../option.ts";
import { requireFactors, weightedSums } from "./factors.ts";
import type { Regularizer } from "./regularizer.ts";

export interface L2Options {
  /** The factor. Default: 0.01. */
  readonly l2?: number;
}

/**
 * `l2 · Σ w²`, of any shape: it keeps weights small. Source: Hoerl and Kennard, "Ridge regression",
 * 1970; default as in Keras.
 *
 * @throws ConfigError where the factor cannot be used.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.l2({ l2: 1e-4 }) })
 */
export function l2(options: L2Options = {}): Regularizer {
  requireOptions("regularizers.l2", options);
  const factors = { l2: options.l2 ?? 0.01 };
  requireFactors(factors);
  return {
    name: "l2",
    options: factors,
    penalty: (value, build) => weightedSums(value, factors, build),
  };
}
