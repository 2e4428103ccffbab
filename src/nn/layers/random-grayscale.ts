// Images without their colours, or with less of them, at random, as layers.

import { requireBetween } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { colorAugmentation, perImage } from "./color-augmentation.ts";
import { greyOf, requireColors } from "./colors.ts";
import type { SeedOptions } from "./noise.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomGrayscaleOptions extends CommonOptions, SeedOptions {
  /** The share of images that become grey, from 0 to 1. Default: 0.5. */
  readonly factor?: number;
}

export interface RandomColorDegenerationOptions
  extends CommonOptions,
    SeedOptions,
    ValueRangeOptions {
  /**
   * How much of the way to grey an image goes: 1 makes it grey, and below 0 its colours become stronger.
   * f for a random part from −f to f, or the lowest and the highest part, from -1 to 1.
   */
  readonly factor: Factor;
}

/**
 * Random grayscale: `[N, H, W, 3]` or `[N, H, W, 1]`, shape unchanged. Training makes a random `factor` of
 * the images grey: each channel becomes `0.2989 · red + 0.587 · green + 0.114 · blue`. Outside of training
 * nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input has other channels.
 * @example layers.randomGrayscale({ factor: 0.2 })
 */
export function randomGrayscale(
  options: RandomGrayscaleOptions = {},
): LayerInstance<RandomGrayscaleOptions> {
  return makeLayer(randomGrayscale.facts, options, (given) => {
    const settings = { factor: 0.5, ...given };
    const { factor } = settings;
    requireBetween("factor", factor, 0, 1);
    return colorAugmentation(
      "randomGrayscale",
      settings,
      (x, { build, draw }) => build.select(draw.chance(factor, perImage), greyOf(build, x), x),
      (input, layer) => requireColors(input, layer, { grey: true }),
    );
  });
}
randomGrayscale.facts = layerFacts<RandomGrayscaleOptions>({
  name: "randomGrayscale",
  options: { factor: "factor", seed: "seed" },
  keras: { className: "RandomGrayscale" },
});

/**
 * Random colour degeneration: `[N, H, W, 3]` or `[N, H, W, 1]`, shape unchanged. Training draws a factor f for each image, and
 * each channel becomes `x + f · (grey − x)`, moved into the range. Outside of training nothing changes. As in
 * Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input has other channels.
 * @example layers.randomColorDegeneration({ factor: [0, 0.5] })
 */
export function randomColorDegeneration(
  options: RandomColorDegenerationOptions,
): LayerInstance<RandomColorDegenerationOptions> {
  return makeLayer(randomColorDegeneration.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [lowest, highest] = factorOf("factor", settings.factor, [-1, 1]);
    return colorAugmentation(
      "randomColorDegeneration",
      settings,
      (x, { build, draw }) => {
        const factor = draw.uniform(lowest, highest, perImage);
        const way = build.multiply(factor, build.subtract(greyOf(build, x), x));
        return clipTo(build, build.add(x, way), valueRange);
      },
      (input, layer) => requireColors(input, layer, { grey: true }),
    );
  });
}
randomColorDegeneration.facts = layerFacts<RandomColorDegenerationOptions>({
  name: "randomColorDegeneration",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomColorDegeneration" },
  example: "{ factor: 0.5 }",
});
