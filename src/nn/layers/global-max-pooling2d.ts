// The largest of each channel, as a layer.

import { type CommonOptions, type Layer, requireImage } from "../layer.ts";

export interface GlobalMaxPooling2dOptions extends CommonOptions {
  /** Keeps height and width, as 1. Default: false. */
  readonly keepDimensions?: boolean;
}

/**
 * Global max pooling: `[N, H, W, C] → [N, C]`, the largest of each channel over all pixels; pixels
 * that are equally large share the gradient. Source: Oquab et al., CVPR 2015; as in Keras.
 *
 * @throws ShapeError where the input is not an image.
 * @example layers.globalMaxPooling2d()
 */
export function globalMaxPooling2d(
  options: GlobalMaxPooling2dOptions = {},
): Layer<GlobalMaxPooling2dOptions> {
  const { keepDimensions = false } = options;
  return {
    kind: "globalMaxPooling2d",
    className: "GlobalMaxPooling2D",
    options: { ...options, keepDimensions },
    plan([input]) {
      requireImage(input, "globalMaxPooling2d");
      const channels = input[2];
      return {
        outputShape: keepDimensions ? [1, 1, channels] : [channels],
        weights: [],
        macs: 0,
        reach: "all",
        call: ([x], { build }) => build.reduceMaximum(x, { axes: [1, 2], keepDimensions }),
      };
    },
  };
}
