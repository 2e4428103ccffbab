// Noise that multiplies, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireRate, requireSeed } from "./masks.ts";

export interface GaussianDropoutOptions extends CommonOptions {
  /** As much noise as dropout of this rate makes, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Gaussian dropout: any shape. Training multiplies by normal random numbers with mean 1 and
 * deviation `√(rate / (1 − rate))`; otherwise nothing happens. Source: Srivastava et al., JMLR
 * 2014; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used.
 * @example layers.gaussianDropout({ rate: 0.2 })
 */
export function gaussianDropout(options: GaussianDropoutOptions): Layer<GaussianDropoutOptions> {
  const { rate } = options;
  requireRate(rate, "gaussianDropout");
  requireSeed(options.seed);
  return {
    kind: "gaussianDropout",
    className: "GaussianDropout",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call([x], { build, training, step, seed, stream }) {
        if (!training || rate === 0) return x;
        const key = { shape: x.shape, seed: options.seed ?? seed, stream };
        const deviation = build.constant(Math.sqrt(rate / (1 - rate)));
        const noise = build.multiply(build.randomNormal(step, key), deviation);
        return build.multiply(x, build.add(noise, build.constant(1)));
      },
    }),
  };
}
