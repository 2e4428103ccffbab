// Brightness and contrast at random, as layers.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { colorAugmentation, perImage } from "./color-augmentation.ts";
import type { SeedOptions } from "./noise.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomBrightnessOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * How much is added, as a share of the range of values: f for a random share from −f to f, or the
   * lowest and the highest share, from -1 to 1.
   */
  readonly factor: Factor;
}

export interface RandomContrastOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * How much the contrast changes: `[a, b]` for a random factor from `1 − a` to `1 + b`. One number f
   * stands for `[0, f]`, as in Keras. From 0 to 1.
   */
  readonly factor: Factor;
}

/**
 * Random brightness: `[N, H, W, C]`, shape unchanged. Training adds a random number to all values of an
 * image, and moves the sums into the range. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomBrightness({ factor: 0.2 })
 */
export function randomBrightness(
  options: RandomBrightnessOptions,
): LayerInstance<RandomBrightnessOptions> {
  return makeLayer(randomBrightness.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [lowest, highest] = factorOf("factor", settings.factor, [-1, 1]);
    const width = valueRange[1] - valueRange[0];
    return colorAugmentation("randomBrightness", settings, (x, { build, draw }) => {
      const share = draw.uniform(lowest, highest, perImage);
      const sum = build.add(x, build.multiply(share, build.constant(width)));
      return clipTo(build, sum, valueRange);
    });
  });
}
randomBrightness.facts = layerFacts<RandomBrightnessOptions>({
  name: "randomBrightness",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomBrightness" },
  example: "{ factor: 0.2 }",
});

/**
 * Random contrast: `[N, H, W, C]`, shape unchanged. Training draws a factor f for each image, and each
 * channel becomes `(x − mean) · f + mean`, moved into the range, where mean is that of the channel. Outside
 * of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomContrast({ factor: [0.2, 0.2] })
 */
export function randomContrast(
  options: RandomContrastOptions,
): LayerInstance<RandomContrastOptions> {
  return makeLayer(randomContrast.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [less, more] = factorOf("factor", settings.factor, [0, 1]);
    return colorAugmentation("randomContrast", settings, (x, { build, draw }) => {
      const factor = draw.uniform(1 - less, 1 + more, perImage);
      const mean = build.mean(x, { axes: [1, 2], keepDimensions: true });
      const stretched = build.multiply(build.subtract(x, mean), factor);
      return clipTo(build, build.add(stretched, mean), valueRange);
    });
  });
}
randomContrast.facts = layerFacts<RandomContrastOptions>({
  name: "randomContrast",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomContrast" },
  example: "{ factor: 0.2 }",
});
