// Longer sequences from shorter ones, as a layer.

import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { repeatAlong } from "./repeat-along.ts";
import { requireSequence } from "./sequences.ts";

export interface UpSampling1dOptions extends CommonOptions {
  /** How many times each step is repeated. Default: 2. */
  readonly size?: number;
}

/**
 * Up-sampling along one axis: `[N, L, C] → [N, L · size, C]`, each step `size` times. As in Keras.
 *
 * @throws ConfigError where the size cannot be used, ShapeError where the input is not a sequence.
 * @example layers.upSampling1d({ size: 3 })
 */
export function upSampling1d(options: UpSampling1dOptions = {}): Layer<UpSampling1dOptions> {
  const { size = 2 } = options;
  requireWhole(size, "size");
  return {
    kind: "upSampling1d",
    className: "UpSampling1D",
    options: { ...options, size },
    plan([input]) {
      requireSequence(input, "upSampling1d");
      return {
        outputShape: [input[0] * size, input[1]],
        weights: [],
        macs: 0,
        reach: { size: [1, 1], stride: [1 / size, 1] },
        call: ([x], { build }) => repeatAlong(build, x, 1, size),
      };
    },
  };
}
