// Dropout of whole channels, as a layer.

import { type CommonOptions, type Layer, requireImage } from "../layer.ts";
import { requireRate, requireSeed } from "./masks.ts";

export interface SpatialDropout2dOptions extends CommonOptions {
  /** The share of channels that become 0, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Spatial dropout: `[N, H, W, C]`, unchanged. Training sets a random `rate` of each example's
 * channels to 0 and multiplies the others by `1 / (1 − rate)`; otherwise nothing happens. Source:
 * Tompson et al., CVPR 2015; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used, ShapeError where the input is not an image.
 * @example layers.spatialDropout2d({ rate: 0.2 })
 */
export function spatialDropout2d(options: SpatialDropout2dOptions): Layer<SpatialDropout2dOptions> {
  const { rate } = options;
  requireRate(rate, "spatialDropout2d");
  requireSeed(options.seed);
  return {
    kind: "spatialDropout2d",
    className: "SpatialDropout2D",
    options,
    plan([input]) {
      requireImage(input, "spatialDropout2d");
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build, training, step, seed, stream }) {
          if (!training || rate === 0) return x;
          const shape = [x.shape[0], 1, 1, x.shape[3]];
          const key = { shape, rate, seed: options.seed ?? seed, stream };
          return build.multiply(x, build.dropoutMask(step, key));
        },
      };
    },
  };
}
