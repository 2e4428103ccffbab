// The mean of each channel, as a layer.

import { type CommonOptions, type Layer, requireImage } from "../layer.ts";

export interface GlobalAveragePooling2dOptions extends CommonOptions {
  /** Keeps height and width, as 1. Default: false. */
  readonly keepDimensions?: boolean;
}

/**
 * Global average pooling: `[N, H, W, C] → [N, C]`, the mean of each channel over all pixels.
 * Source: Lin et al., "Network in network", ICLR 2014; as in Keras.
 *
 * @throws ShapeError where the input is not an image.
 * @example layers.globalAveragePooling2d()
 */
export function globalAveragePooling2d(
  options: GlobalAveragePooling2dOptions = {},
): Layer<GlobalAveragePooling2dOptions> {
  const { keepDimensions = false } = options;
  return {
    kind: "globalAveragePooling2d",
    className: "GlobalAveragePooling2D",
    options: { ...options, keepDimensions },
    plan([input]) {
      requireImage(input, "globalAveragePooling2d");
      const channels = input[2];
      return {
        outputShape: keepDimensions ? [1, 1, channels] : [channels],
        weights: [],
        macs: 0,
        reach: "all",
        call: ([x], { build }) => build.mean(x, { axes: [1, 2], keepDimensions }),
      };
    },
  };
}
