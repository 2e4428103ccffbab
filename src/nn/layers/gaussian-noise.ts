// Noise that is added, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireSeed } from "./masks.ts";
import { requireNumber } from "./numbers.ts";

export interface GaussianNoiseOptions extends CommonOptions {
  /** The standard deviation of the noise, from 0 to 1. */
  readonly stddev: number;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Gaussian noise: any shape. Training adds normal random numbers with mean 0 and deviation
 * `stddev`; otherwise nothing happens. Source: Bishop, Neural Computation 1995; as in Keras.
 *
 * @throws ConfigError where the deviation cannot be used.
 * @example layers.gaussianNoise({ stddev: 0.1 })
 */
export function gaussianNoise(options: GaussianNoiseOptions): Layer<GaussianNoiseOptions> {
  const { stddev } = options;
  requireNumber(stddev, "stddev", 0, 1);
  requireSeed(options.seed);
  return {
    kind: "gaussianNoise",
    className: "GaussianNoise",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call([x], { build, training, step, seed, stream }) {
        if (!training || stddev === 0) return x;
        const key = { shape: x.shape, seed: options.seed ?? seed, stream };
        const noise = build.multiply(build.randomNormal(step, key), build.constant(stddev));
        return build.add(x, noise);
      },
    }),
  };
}
