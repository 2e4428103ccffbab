// The sum of squares.

import { optionsOf } from "../facts.ts";
import { requireFactors, weightedSums } from "./factors.ts";
import { type Regularizer, regularizerFacts } from "./regularizer.ts";

export interface L2Options {
  /** The factor. Default: 0.01. */
  readonly l2?: number;
}

/**
 * L2 regularization: `l2 · Σ w²`, of any shape: it keeps weights small. Source: Hoerl and Kennard,
 * "Ridge regression", 1970; default as in Keras.
 *
 * @throws ConfigError where the factor cannot be used.
 * @example layers.dense({ units: 10, kernelRegularizer: regularizers.l2({ l2: 1e-4 }) })
 */
export function l2(options: L2Options = {}): Regularizer {
  const { l2: factor = 0.01 } = optionsOf(l2.facts, options);
  const factors = { l2: factor };
  requireFactors(factors);
  return {
    name: "l2",
    options: factors,
    penalty: (value, build) => weightedSums(value, factors, build),
  };
}
l2.facts = regularizerFacts<L2Options>({
  name: "l2",
  options: { l2: "l2" },
  keras: { className: "L2" },
});
