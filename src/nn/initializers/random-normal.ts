// Weights from a normal distribution.

import { requireOptions } from "../option.ts";
import { filled, type Initializer, requireNumbers } from "./initializer.ts";

export interface RandomNormalOptions {
  /** 0 unless told. */
  readonly mean?: number;
  /** 0.05 unless told. */
  readonly standardDeviation?: number;
}

/**
 * Normal, for any shape. As Keras's `RandomNormal`.
 *
 * @throws ConfigError where an option cannot be used.
 * @example layers.dense({ units: 10, kernelInitializer: initializers.randomNormal({ standardDeviation: 0.01 }) })
 */
export function randomNormal(options: RandomNormalOptions = {}): Initializer {
  requireOptions("initializers.randomNormal", options);
  const { mean = 0, standardDeviation = 0.05 } = options;
  requireNumbers({ mean }, "randomNormal");
  requireNumbers({ standardDeviation }, "randomNormal", 0);
  return {
    name: "randomNormal",
    options: { mean, standardDeviation },
    fill: (shape, random) => filled(shape, () => mean + standardDeviation * random.normal()),
  };
}
