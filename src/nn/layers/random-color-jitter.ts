// Brightness, contrast, saturation and hue at random, one after another, as a layer.

import { type CommonOptions, requireImage } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { colorAugmentation } from "./color-augmentation.ts";
import { requireColors } from "./colors.ts";
import { callInRow, plansInRow } from "./inner-layer.ts";
import type { SeedOptions } from "./noise.ts";
import { randomBrightness, randomContrast } from "./random-brightness.ts";
import { randomHue, randomSaturation } from "./random-hue.ts";
import { bytes, type Factor, requireValueRange, type ValueRangeOptions } from "./value-range.ts";

export interface RandomColorJitterOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /** The factor of `randomBrightness`. Default: null, the brightness stays. */
  readonly brightnessFactor?: Factor | null;
  /** The factor of `randomContrast`. Default: null, the contrast stays. */
  readonly contrastFactor?: Factor | null;
  /** The factor of `randomSaturation`. Default: null, the saturation stays. */
  readonly saturationFactor?: Factor | null;
  /** The factor of `randomHue`. Default: null, the hue stays. */
  readonly hueFactor?: Factor | null;
}

/**
 * Random colour jitter: `[N, H, W, C]`, shape unchanged. Training changes brightness, contrast, saturation and
 * hue of each image at random, in this order, each where its factor is given. The last two need three
 * channels. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomColorJitter({ brightnessFactor: 0.2, hueFactor: 0.1 })
 */
export function randomColorJitter(
  options: RandomColorJitterOptions = {},
): LayerInstance<RandomColorJitterOptions> {
  return makeLayer(randomColorJitter.facts, options, (given) => {
    const settings = {
      brightnessFactor: null,
      contrastFactor: null,
      saturationFactor: null,
      hueFactor: null,
      valueRange: bytes,
      ...given,
    };
    const { valueRange, seed, saturationFactor, hueFactor } = settings;
    requireValueRange(valueRange);
    const parts = [
      { name: "brightnessFactor", make: randomBrightness },
      { name: "contrastFactor", make: randomContrast },
      { name: "saturationFactor", make: randomSaturation },
      { name: "hueFactor", make: randomHue },
    ] as const;
    const inner = parts.flatMap(({ name, make }) => {
      const factor = settings[name];
      if (factor === null) return [];
      return make({ factor, valueRange, ...(seed === undefined ? {} : { seed }) });
    });
    const needsColors = saturationFactor !== null || hueFactor !== null;
    return colorAugmentation(
      "randomColorJitter",
      settings,
      (x, { context }) => callInRow(plansInRow(inner, x.shape.slice(1)), x, context),
      needsColors ? requireColors : requireImage,
    );
  });
}
randomColorJitter.facts = layerFacts<RandomColorJitterOptions>({
  name: "randomColorJitter",
  options: {
    brightnessFactor: "brightness_factor",
    contrastFactor: "contrast_factor",
    saturationFactor: "saturation_factor",
    hueFactor: "hue_factor",
    valueRange: "value_range",
    seed: "seed",
  },
  keras: { className: "RandomColorJitter" },
});
