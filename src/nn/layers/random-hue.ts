// Hue and saturation at random, as layers.

import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { colorAugmentation, perImage } from "./color-augmentation.ts";
import { fromHsv, requireColors, toHsv } from "./colors.ts";
import type { SeedOptions } from "./noise.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  moveRange,
  requireValueRange,
  type ValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomHueOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * How far the hue shifts in either direction, as a fraction of half a turn: f for 0 to f, or the smallest
   * and the largest fraction, from 0 to 1.
   */
  readonly factor: Factor;
}

export interface RandomSaturationOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * The lowest and the highest factor f. The saturation is multiplied by `f / (1 − f)`: 0 makes images grey,
   * 0.5 changes nothing, 1 saturates them. One number f stands for `[−f, f]`, where factors below 0 make
   * images grey, as in Keras.
   */
  readonly factor: Factor;
}

const unit: ValueRange = [0, 1];

/** Keras's epsilon. */
const epsilon = 1e-7;

/**
 * Random hue: `[N, H, W, 3]`, shape unchanged. Training shifts the hue of each image by a random fraction of
 * half a turn, in a random direction. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image of colours.
 * @example layers.randomHue({ factor: 0.1 })
 */
export function randomHue(options: RandomHueOptions): LayerInstance<RandomHueOptions> {
  return makeLayer(randomHue.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [least, most] = factorOf("factor", settings.factor, unit);
    return colorAugmentation(
      "randomHue",
      settings,
      (x, { build, draw }) => {
        const [zero, half, one] = [0, 0.5, 1].map((value) => build.constant(value));
        const isBack = build.less(half, draw.uniform(0, 1, perImage));
        const size = build.multiply(draw.uniform(least, most, perImage), half);
        const turn = build.select(isBack, build.negate(size), size);
        const hsv = toHsv(build, moveRange(build, x, valueRange, unit));
        const turned = build.add(hsv.hue, turn);
        const below = build.select(build.less(one, turned), build.subtract(turned, one), turned);
        const hue = build.select(build.less(below, zero), build.add(below, one), below);
        const result = clipTo(build, fromHsv(build, { ...hsv, hue }), unit);
        return moveRange(build, result, unit, valueRange);
      },
      requireColors,
    );
  });
}
randomHue.facts = layerFacts<RandomHueOptions>({
  name: "randomHue",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomHue" },
  example: "{ factor: 0.1 }",
});

/**
 * Random saturation: `[N, H, W, 3]`, shape unchanged. Training draws a factor f for each image, multiplies
 * its saturation by `f / (1 − f)`, and clips the result to the range of values. Outside of training nothing
 * changes. As in Keras, where a saturation beyond 1 is possible if values go up to 255.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image of colours.
 * @example layers.randomSaturation({ factor: [0.4, 0.6], valueRange: [0, 1] })
 */
export function randomSaturation(
  options: RandomSaturationOptions,
): LayerInstance<RandomSaturationOptions> {
  return makeLayer(randomSaturation.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [lowest, highest] = factorOf("factor", settings.factor, [-1, 1]);
    return colorAugmentation(
      "randomSaturation",
      settings,
      (x, { build, draw }) => {
        const factor = draw.uniform(lowest, highest, perImage);
        const rest = build.subtract(build.constant(1 + epsilon), factor);
        const hsv = toHsv(build, x);
        const product = build.multiply(hsv.saturation, build.divide(factor, rest));
        return fromHsv(build, { ...hsv, saturation: clipTo(build, product, valueRange) });
      },
      requireColors,
    );
  });
}
randomSaturation.facts = layerFacts<RandomSaturationOptions>({
  name: "randomSaturation",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomSaturation" },
  example: "{ factor: [0.4, 0.6] }",
});
