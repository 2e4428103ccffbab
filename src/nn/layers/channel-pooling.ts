// What all channels of a pixel come to, as a layer.

import { type CommonOptions, type Layer, requireImage } from "../layer.ts";

/**
 * The mean and the largest of each pixel's channels: `[N, H, W, C] → [N, H, W, 2]`. Keras has no such
 * layer; spatial attention begins with it. Source: Woo et al., "CBAM", ECCV 2018, equation 3.
 *
 * @throws ShapeError where the input is not an image.
 * @example layers.channelPooling()
 */
export function channelPooling(options: CommonOptions = {}): Layer<CommonOptions> {
  return {
    kind: "channelPooling",
    className: "ChannelPooling",
    options,
    plan([input]) {
      requireImage(input, "channelPooling");
      const [height, width] = input;
      const over = { axes: [3], keepDimensions: true };
      return {
        outputShape: [height, width, 2],
        weights: [],
        macs: 0,
        call: ([x], { build }) =>
          build.concatenate([build.mean(x, over), build.reduceMaximum(x, over)], 3),
      };
    },
  };
}
