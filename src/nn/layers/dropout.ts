// Dropout as a layer. Floor 4.

import { ConfigError } from "../../core/errors.ts";
import type { CommonOptions, Layer } from "../layer.ts";

export interface DropoutOptions extends CommonOptions {
  /** The share of elements that become 0, from 0 up to but not including 1. */
  readonly rate: number;
  /** Keeps this layer's random numbers when the model's seed changes. */
  readonly seed?: number;
}

/**
 * Dropout: any shape. Training sets a random `rate` of the elements to 0 and multiplies the others by
 * `1 / (1 − rate)`; otherwise nothing happens. Source: Srivastava et al., JMLR 2014; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used.
 * @example layers.dropout({ rate: 0.5 })
 */
export function dropout(options: DropoutOptions): Layer<DropoutOptions> {
  const { rate } = options;
  if (!(rate >= 0 && rate < 1)) {
    throw new ConfigError({
      what: "The option rate of dropout cannot be used.",
      expected: "a number from 0 up to but not including 1",
      received: String(rate),
    });
  }
  return {
    kind: "dropout",
    className: "Dropout",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call([x], { build, training, step, seed, stream }) {
        if (!training || rate === 0) return x;
        const key = { shape: x.shape, rate, seed: options.seed ?? seed, stream };
        return build.multiply(x, build.dropoutMask(step, key));
      },
    }),
  };
}
