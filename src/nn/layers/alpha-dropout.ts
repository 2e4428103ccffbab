// Dropout that keeps what `selu` keeps, as a layer.

import { seluConstants } from "../activations.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import {
  maskShape,
  type NoiseShape,
  requireNoiseShape,
  requireRate,
  requireSeed,
} from "./masks.ts";

export interface AlphaDropoutOptions extends CommonOptions {
  /** The share of elements that are replaced, from 0 up to but not including 1. */
  readonly rate: number;
  /** The mask's dimensions, N first, null for the input's. */
  readonly noiseShape?: NoiseShape;
  /**
   * Takes the place of the model's seed for this layer; any safe integer. Layers with one seed still draw
   * different numbers.
   */
  readonly seed?: number;
}

/**
 * Alpha dropout: any shape. Training replaces a random `rate` of the elements by
 * `α′ = −scale · alpha`, the lowest value of `selu`, and applies `a · x + b` with
 * `a = ((1 − rate) · (1 + rate · α′²))^(−½)` and `b = −a · α′ · rate`, which restores mean and
 * variance; otherwise nothing happens. Source: Klambauer et al., NeurIPS 2017; as in Keras.
 *
 * @throws ConfigError where the rate cannot be used, ShapeError where noiseShape does not fit.
 * @example layers.alphaDropout({ rate: 0.1 })
 */
export function alphaDropout(options: AlphaDropoutOptions): Layer<AlphaDropoutOptions> {
  const { rate, noiseShape } = options;
  requireRate(rate, "alphaDropout");
  requireSeed(options.seed);
  const lowest = -seluConstants.scale * seluConstants.alpha;
  const factor = ((1 - rate) * (1 + rate * lowest ** 2)) ** -0.5;
  return {
    kind: "alphaDropout",
    className: "AlphaDropout",
    options,
    plan([input]) {
      requireNoiseShape(noiseShape, input, "alphaDropout");
      return {
        outputShape: input,
        weights: [],
        macs: 0,
        call([x], { build, training, step, seed, stream }) {
          if (!training || rate === 0) return x;
          const shape = maskShape(noiseShape, x.shape);
          const key = { shape, rate, seed: options.seed ?? seed, stream };
          const mask = build.dropoutMask(step, key);
          const y = build.select(mask, x, build.constant(lowest));
          const shift = build.constant(-factor * lowest * rate);
          return build.add(build.multiply(y, build.constant(factor)), shift);
        },
      };
    },
  };
}
