// Dropout as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import {
  maskShape,
  type NoiseShape,
  requireNoiseShape,
  requireRate,
  requireSeed,
} from "./masks.ts";

export interface DropoutOptions extends CommonOptions {
  /** The share of elements that become 0, from 0 up to but not including 1. */
  readonly rate: number;
  /**
   * The mask's dimensions, N first, null for the input's: `[null, 1, 1, null]` drops whole
   * channels.
   */
  readonly noiseShape?: NoiseShape;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Dropout: any shape. Training sets a random `rate` of the elements to 0 and multiplies the others by
 * `1 / (1 − rate)`; otherwise nothing happens. Source: Srivastava et al., JMLR 2014; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used, ShapeError where noiseShape does not fit.
 * @example layers.dropout({ rate: 0.5 })
 */
export function dropout(options: DropoutOptions): Layer<DropoutOptions> {
  const { rate, noiseShape } = options;
  requireRate(rate, "dropout");
  requireSeed(options.seed);
  return {
    kind: "dropout",
    className: "Dropout",
    options,
    plan([input]) {
      requireNoiseShape(noiseShape, input, "dropout");
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build, training, step, seed, stream }) {
          if (!training || rate === 0) return x;
          const shape = maskShape(noiseShape, x.shape);
          const key = { shape, rate, seed: options.seed ?? seed, stream };
          return build.multiply(x, build.dropoutMask(step, key));
        },
      };
    },
  };
}
