// The exponential linear unit, as a layer.

import { elu } from "../activations.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import { requireNumber } from "./numbers.ts";

export interface ELUOptions extends CommonOptions {
  /** Results do not fall below −alpha. Default: 1. */
  readonly alpha?: number;
}

/**
 * Exponential linear unit: any shape. `x` above 0, else `alpha · (eˣ − 1)`. Source: Clevert et al.,
 * ICLR 2016; as in Keras.
 *
 * @throws ConfigError where alpha cannot be used.
 * @example layers.eLU({ alpha: 0.5 })
 */
export function eLU(options: ELUOptions = {}): Layer<ELUOptions> {
  const { alpha = 1 } = options;
  requireNumber(alpha, "alpha");
  return {
    kind: "eLU",
    className: "ELU",
    options: { ...options, alpha },
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x], { build }) => elu(build, x, alpha),
    }),
  };
}
