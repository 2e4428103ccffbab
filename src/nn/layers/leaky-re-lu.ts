// The rectifier that leaks, as a layer.

import { leakyRelu } from "../activations.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { requireNumber } from "./numbers.ts";

export interface LeakyReLUOptions extends CommonOptions {
  /** The slope below 0. Default: 0.3. */
  readonly negativeSlope?: number;
}

/**
 * Leaky rectifier: any shape. `x` above 0, else `negativeSlope · x`. Source: Maas et al., ICML
 * 2013; as in Keras.
 *
 * @throws ConfigError where the slope cannot be used.
 * @example layers.leakyReLU({ negativeSlope: 0.1 })
 */
export function leakyReLU(options: LeakyReLUOptions = {}): Layer<LeakyReLUOptions> {
  const { negativeSlope = 0.3 } = options;
  requireNumber(negativeSlope, "negativeSlope");
  return {
    kind: "leakyReLU",
    className: "LeakyReLU",
    options: { ...options, negativeSlope },
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x], { build }) => leakyRelu(build, x, negativeSlope),
    }),
  };
}
