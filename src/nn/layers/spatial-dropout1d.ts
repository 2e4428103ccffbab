// Dropout of whole channels of sequences, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireRate, requireSeed } from "./masks.ts";
import { requireSequence } from "./sequences.ts";

export interface SpatialDropout1dOptions extends CommonOptions {
  /** The share of channels that become 0, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Spatial dropout along one axis: `[N, L, C]`, unchanged. Training sets a random `rate` of each
 * example's channels to 0 and multiplies the others by `1 / (1 − rate)`; otherwise nothing happens.
 * Source: Tompson et al., CVPR 2015; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used, ShapeError where the input is not a sequence.
 * @example layers.spatialDropout1d({ rate: 0.2 })
 */
export function spatialDropout1d(options: SpatialDropout1dOptions): Layer<SpatialDropout1dOptions> {
  const { rate } = options;
  requireRate(rate, "spatialDropout1d");
  requireSeed(options.seed);
  return {
    kind: "spatialDropout1d",
    className: "SpatialDropout1D",
    options,
    plan([input]) {
      requireSequence(input, "spatialDropout1d");
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build, training, step, seed, stream }) {
          if (!training || rate === 0) return x;
          const shape = [x.shape[0], 1, x.shape[2]];
          const key = { shape, rate, seed: options.seed ?? seed, stream };
          return build.multiply(x, build.dropoutMask(step, key));
        },
      };
    },
  };
}
