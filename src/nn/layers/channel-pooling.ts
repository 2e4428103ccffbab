// Mean and maximum over the channels of each pixel, as a layer.

import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

/**
 * The mean and the largest of each pixel's channels: `[N, H, W, C] → [N, H, W, 2]`, as the first step of
 * spatial attention. Keras has no such layer. Source: Woo et al., "CBAM", ECCV 2018, equation 3.
 *
 * @throws ShapeError if the input is not an image.
 * @example layers.channelPooling()
 */
export function channelPooling(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(channelPooling.facts, options, (given) => ({
    options: given,
    plan([input]) {
      requireImage(input, "channelPooling");
      const [height, width] = input;
      const over = { axes: [3], keepDimensions: true };
      return {
        outputShape: [height, width, 2],
        call: ([x], { build }) =>
          build.concatenate([build.mean(x, over), build.reduceMaximum(x, over)], 3),
      };
    },
  }));
}
channelPooling.facts = layerFacts<CommonOptions>({ name: "channelPooling", options: {} });
