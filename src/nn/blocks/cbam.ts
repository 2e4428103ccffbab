// Attention over channels, then over pixels: a block of layers.

import { requireWhole } from "../../core/option.ts";
import { optionsOf } from "../facts.ts";
import type { Pair } from "../layer.ts";
import { layers } from "../layers/index.ts";
import { requireSymbolic, type SymbolicTensor } from "../symbolic.ts";
import { blockFacts } from "./block.ts";

export interface CbamOptions {
  /** The inner layer has the channels divided by this, at least one. Default: 16. */
  readonly ratio?: number;
  /** Height and width of the window over pixels. Default: 7. */
  readonly kernelSize?: Pair;
}

/**
 * Weighs each channel, then each pixel: `[N, H, W, C] → [N, H, W, C]`. The weight of a channel is
 * the sigmoid of two dense layers over its mean plus the same layers over its largest pixel; the
 * weight of a pixel the sigmoid of a convolution over the mean and the largest of its channels.
 * Source: Woo, Park, Lee and Kweon, "CBAM: convolutional block attention module", ECCV 2018.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where `x` is not an image.
 * @example const y = blocks.cbam(x, { ratio: 8 })
 */
export function cbam(x: SymbolicTensor, options: CbamOptions = {}): SymbolicTensor {
  requireSymbolic(x, "What cbam is applied to");
  const { ratio = 16, kernelSize = 7 } = optionsOf(cbam.facts, options);
  requireWhole("ratio", ratio);
  const mean = layers.globalAveragePooling2d().apply(x);
  const [height, width, channels] = x.shape;
  const pooled = layers.maxPooling2d({ poolSize: [height, width] }).apply(x);
  const largest = layers.flatten().apply(pooled);
  const units = Math.max(1, Math.floor(channels / ratio));
  const first = layers.dense({ units, activation: "relu", useBias: false });
  const second = layers.dense({ units: channels, useBias: false });
  const through = (tensor: SymbolicTensor) => second.apply(first.apply(tensor));
  const sum = layers.add().apply([through(mean), through(largest)]);
  const ofChannels = layers.activation({ activation: "sigmoid" }).apply(sum);
  const weighed = layers.multiply().apply([x, ofChannels]);

  const looking = layers.conv2d({
    filters: 1,
    kernelSize,
    padding: "same",
    activation: "sigmoid",
    useBias: false,
  });
  const ofPixels = looking.apply(layers.channelPooling().apply(weighed));
  return layers.multiply().apply([weighed, ofPixels]);
}
cbam.facts = blockFacts<CbamOptions>({
  name: "cbam",
  options: { ratio: null, kernelSize: null },
  example: "x, { ratio: 8 }",
});
