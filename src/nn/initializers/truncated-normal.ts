// Weights from a normal distribution without its ends.

import { requireOptions } from "../option.ts";
import { drawTruncated, filled, type Initializer, requireNumbers } from "./initializer.ts";

export interface TruncatedNormalOptions {
  /** 0 unless told. */
  readonly mean?: number;
  /** Of the distribution before its ends are cut off. Default: 0.05. */
  readonly standardDeviation?: number;
}

/**
 * Normal, cut off at two deviations, for any shape; that makes it narrower by 0.8796. As Keras's
 * `TruncatedNormal`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.truncatedNormal({ standardDeviation: 0.02 }) })
 */
export function truncatedNormal(options: TruncatedNormalOptions = {}): Initializer {
  requireOptions("initializers.truncatedNormal", options);
  const { mean = 0, standardDeviation = 0.05 } = options;
  requireNumbers({ mean }, "truncatedNormal");
  requireNumbers({ standardDeviation }, "truncatedNormal", 0);
  return {
    name: "truncatedNormal",
    options: { mean, standardDeviation },
    fill: (shape, random) => filled(shape, () => mean + standardDeviation * drawTruncated(random)),
  };
}
