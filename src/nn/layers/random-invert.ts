// Values that are inverted or have fewer bits, as layers.

import { requireOption, requireWhole } from "../../core/option.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { chosen, colorAugmentation, perImage } from "./color-augmentation.ts";
import { constantOf } from "./constants.ts";
import type { SeedOptions } from "./noise.ts";
import {
  asBytes,
  bytes,
  clipTo,
  type Factor,
  factorOf,
  isPair,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomInvertOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * The probability that an image is inverted, from 0 to 1: f for a probability that is itself drawn from 0
   * to f, or the lowest and the highest. Default: 1.
   */
  readonly factor?: Factor;
}

export interface RandomPosterizationOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * How many bits of 8 stay. A number f stands for a random one from 1 up to but not including f, and a list
   * for the lowest and the highest, which is not included, too; equal numbers are taken as they are. As in
   * Keras. From 1 to 8.
   */
  readonly factor: Factor;
}

export interface SolarizationOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * What is added first, as a share of 255: f for a random share from 0 to f, or the lowest and the highest.
   * From 0 to 1. Default: 0.
   */
  readonly additionFactor?: Factor;
  /**
   * From which value on values are inverted, as a share of 255: f for a random share from 0 to f, or the
   * lowest and the highest. From 0 to 1. Default: 0.
   */
  readonly thresholdFactor?: Factor;
}

/**
 * Random inversion: `[N, H, W, C]`, shape unchanged. Training inverts random images: `highest − x`, where
 * highest is that of the range of values. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomInvert({ factor: [0.5, 0.5] })
 */
export function randomInvert(
  options: RandomInvertOptions = {},
): LayerInstance<RandomInvertOptions> {
  return makeLayer(randomInvert.facts, options, (given) => {
    const settings = { factor: 1, valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const factor = factorOf("factor", settings.factor, [0, 1]);
    return colorAugmentation("randomInvert", settings, (x, tools) => {
      const { build } = tools;
      const inverted = build.subtract(build.constant(valueRange[1]), x);
      return build.select(chosen(tools, factor), inverted, x);
    });
  });
}
randomInvert.facts = layerFacts<RandomInvertOptions>({
  name: "randomInvert",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomInvert" },
});

/**
 * Random posterization: `[N, H, W, C]`, shape unchanged. Training keeps a random number b of the 8 bits of
 * each value of an image: `⌊x / 2^(8 − b)⌋ · 2^(8 − b)` for bytes. Outside of training nothing changes. As
 * in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomPosterization({ factor: [3, 8] })
 */
export function randomPosterization(
  options: RandomPosterizationOptions,
): LayerInstance<RandomPosterizationOptions> {
  return makeLayer(randomPosterization.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [lowest, highest] = factorOf("factor", settings.factor, [1, 8]);
    for (const bits of [lowest, highest]) requireWhole("factor", bits);
    return colorAugmentation("randomPosterization", settings, (x, { build, draw }) => {
      const steps = constantOf(build, bitSteps);
      const step =
        lowest === highest
          ? build.constant(bitSteps[lowest])
          : build.reshape(build.gather(steps, build.cast(draw.whole(lowest, highest), "i32")), [
              x.shape[0],
              ...perImage,
            ]);
      return asBytes(build, x, valueRange, (values) => {
        const whole = build.floor(clipTo(build, values, bytes));
        return build.multiply(build.floor(build.divide(whole, step)), step);
      });
    });
  });
}
randomPosterization.facts = layerFacts<RandomPosterizationOptions>({
  name: "randomPosterization",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomPosterization" },
  example: "{ factor: 4 }",
});

/** How far the values of bytes are apart, of which 0, 1, 2, … bits are left. */
const bitSteps = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/**
 * Solarization: `[N, H, W, C]`, shape unchanged. Training adds a random number to the values of an image, as
 * bytes, and inverts those that are not below a random threshold: `255 − x`. By default it inverts all.
 * Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.solarization({ thresholdFactor: [0.3, 0.7], valueRange: [0, 1] })
 */
export function solarization(
  options: SolarizationOptions = {},
): LayerInstance<SolarizationOptions> {
  return makeLayer(solarization.facts, options, (given) => {
    const settings = { additionFactor: 0, thresholdFactor: 0, valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const additions = shareOf("additionFactor", settings.additionFactor);
    const thresholds = shareOf("thresholdFactor", settings.thresholdFactor);
    return colorAugmentation("solarization", settings, (x, { build, draw }) => {
      const addition = draw.uniform(...additions, perImage);
      const threshold = draw.uniform(...thresholds, perImage);
      return asBytes(build, x, valueRange, (values) => {
        const sum = clipTo(build, build.add(values, addition), bytes);
        const inverted = build.subtract(build.constant(255), sum);
        return build.select(build.less(sum, threshold), sum, inverted);
      });
    });
  });
}
solarization.facts = layerFacts<SolarizationOptions>({
  name: "solarization",
  options: {
    additionFactor: "addition_factor",
    thresholdFactor: "threshold_factor",
    valueRange: "value_range",
    seed: "seed",
  },
  keras: { className: "Solarization" },
});

/** The bytes between which a number is drawn: from the share as it is, as in Keras, to 255 times it. */
function shareOf(name: string, factor: Factor): readonly [number, number] {
  const [low, high] = typeof factor === "number" ? [0, factor] : isPair(factor) ? factor : [-1, 2];
  const fits = [low, high].every((share) => share >= 0 && share <= 1);
  requireOption(
    name,
    factor,
    fits,
    "a number from 0 to 1, or the lowest and the highest in a list",
  );
  return [Math.min(low, high), Math.max(low, high) * 255];
}
