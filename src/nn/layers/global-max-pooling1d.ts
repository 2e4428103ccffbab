// The largest of each channel of a sequence, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireSequence } from "./sequences.ts";

export interface GlobalMaxPooling1dOptions extends CommonOptions {
  /** Keeps the length, as 1. Default: false. */
  readonly keepDimensions?: boolean;
}

/**
 * Global max pooling along one axis: `[N, L, C] → [N, C]`, the largest of each channel over all
 * steps. Steps that are equally large share the gradient. As in Keras.
 *
 * @throws ShapeError where the input is not a sequence.
 * @example layers.globalMaxPooling1d()
 */
export function globalMaxPooling1d(
  options: GlobalMaxPooling1dOptions = {},
): Layer<GlobalMaxPooling1dOptions> {
  const { keepDimensions = false } = options;
  return {
    kind: "globalMaxPooling1d",
    className: "GlobalMaxPooling1D",
    options: { ...options, keepDimensions },
    plan([input]) {
      requireSequence(input, "globalMaxPooling1d");
      const channels = input[1];
      return {
        outputShape: keepDimensions ? [1, channels] : [channels],
        weights: [],
        macs: 0,
        reach: "all",
        call: ([x], { build }) => build.reduceMaximum(x, { axes: [1], keepDimensions }),
      };
    },
  };
}
