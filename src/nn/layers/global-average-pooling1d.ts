// The mean of each channel of a sequence, as a layer.

import type { CommonOptions, Layer } from "../layer.ts";
import { requireSequence } from "./sequences.ts";

export interface GlobalAveragePooling1dOptions extends CommonOptions {
  /** Keeps the length, as 1. Default: false. */
  readonly keepDimensions?: boolean;
}

/**
 * Global average pooling along one axis: `[N, L, C] → [N, C]`, the mean of each channel over all
 * steps. As in Keras.
 *
 * @throws ShapeError where the input is not a sequence.
 * @example layers.globalAveragePooling1d()
 */
export function globalAveragePooling1d(
  options: GlobalAveragePooling1dOptions = {},
): Layer<GlobalAveragePooling1dOptions> {
  const { keepDimensions = false } = options;
  return {
    kind: "globalAveragePooling1d",
    className: "GlobalAveragePooling1D",
    options: { ...options, keepDimensions },
    plan([input]) {
      requireSequence(input, "globalAveragePooling1d");
      const channels = input[1];
      return {
        outputShape: keepDimensions ? [1, channels] : [channels],
        weights: [],
        macs: 0,
        reach: "all",
        call: ([x], { build }) => build.mean(x, { axes: [1], keepDimensions }),
      };
    },
  };
}
