// Images that are blurred or sharpened at random, as layers.

import { requireOption } from "../../core/option.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import { type CommonOptions, type Pair, pairOf } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { chosen, colorAugmentation, perImage } from "./color-augmentation.ts";
import { constantOf } from "./constants.ts";
import type { SeedOptions } from "./noise.ts";
import {
  bytes,
  clipTo,
  type Factor,
  factorOf,
  requireValueRange,
  type ValueRangeOptions,
} from "./value-range.ts";

export interface RandomSharpnessOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * 0 blurs, 0.5 changes nothing, 1 sharpens: f for a random number from 0 to f, or the lowest and the
   * highest, from 0 to 1.
   */
  readonly factor: Factor;
}

export interface RandomGaussianBlurOptions extends CommonOptions, SeedOptions, ValueRangeOptions {
  /**
   * The probability that an image is blurred, from 0 to 1: f for a probability that is itself drawn from 0 to
   * f, or the lowest and the highest. Default: 1.
   */
  readonly factor?: Factor;
  /** Rows and columns of the kernel, in pixels, odd numbers. Default: 3. */
  readonly kernelSize?: Pair;
  /**
   * The standard deviation, in pixels, drawn once for the batch in each direction: f for a random one from 0
   * to f, or the lowest and the highest. Default: 1.
   */
  readonly sigma?: Factor;
}

/**
 * Random sharpness: `[N, H, W, C]`, shape unchanged. Training draws a factor f for each image, and each value
 * becomes `x + (1 − 2f) · (smooth − x)`, moved into the range, where smooth is the mean of 3x3 pixels in
 * which the middle counts 5 times; beyond the border there are zeros. Outside of training nothing changes. As
 * in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomSharpness({ factor: [0.3, 0.7] })
 */
export function randomSharpness(
  options: RandomSharpnessOptions,
): LayerInstance<RandomSharpnessOptions> {
  return makeLayer(randomSharpness.facts, options, (given) => {
    const settings = { valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const [lowest, highest] = factorOf("factor", settings.factor, [0, 1]);
    return colorAugmentation("randomSharpness", settings, (x, { build, draw }) => {
      const factor = draw.uniform(lowest, highest, perImage);
      const weights = [1, 1, 1, 1, 5, 1, 1, 1, 1].map((weight) => weight / 13);
      const kernel = build.reshape(constantOf(build, weights), [3, 3, 1, 1]);
      const smooth = eachChannel(build, x, kernel);
      const share = build.subtract(build.constant(1), build.multiply(factor, build.constant(2)));
      const way = build.multiply(share, build.subtract(smooth, x));
      return clipTo(build, build.add(x, way), valueRange);
    });
  });
}
randomSharpness.facts = layerFacts<RandomSharpnessOptions>({
  name: "randomSharpness",
  options: { factor: "factor", valueRange: "value_range", seed: "seed" },
  keras: { className: "RandomSharpness" },
  example: "{ factor: 0.5 }",
});

/**
 * Random Gaussian blur: `[N, H, W, C]`, shape unchanged. Training blurs random images with a Gaussian kernel
 * whose standard deviations, down and across, are drawn once for the batch, and moves all values into the
 * range; beyond the border there are zeros. Outside of training nothing changes. As in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input is not an image.
 * @example layers.randomGaussianBlur({ factor: [0.5, 0.5], kernelSize: 5, sigma: [0.1, 2] })
 */
export function randomGaussianBlur(
  options: RandomGaussianBlurOptions = {},
): LayerInstance<RandomGaussianBlurOptions> {
  return makeLayer(randomGaussianBlur.facts, options, (given) => {
    const settings = { factor: 1, kernelSize: 3, sigma: 1, valueRange: bytes, ...given };
    const { valueRange } = settings;
    requireValueRange(valueRange);
    const factor = factorOf("factor", settings.factor, [0, 1]);
    const sigma = factorOf("sigma", settings.sigma, [0, 1]);
    const [rows, columns] = pairOf(settings.kernelSize, "kernelSize");
    const isOdd = rows % 2 === 1 && columns % 2 === 1;
    requireOption("kernelSize", settings.kernelSize, isOdd, "odd numbers of pixels");
    return colorAugmentation("randomGaussianBlur", settings, (x, tools) => {
      const { build, draw } = tools;
      const isChosen = chosen(tools, factor);
      const drawn = draw.uniform(...sigma, [2]);
      const [across, down] = [0, 1].map((direction) => {
        const one = build.slice(drawn, [0, direction], [1, 1]);
        return build.add(build.reshape(one, []), build.constant(1e-6));
      });
      const kernel = build.multiply(
        build.reshape(gaussian(build, rows, down), [rows, 1, 1, 1]),
        build.reshape(gaussian(build, columns, across), [1, columns, 1, 1]),
      );
      const blurred = eachChannel(build, x, kernel);
      return clipTo(build, build.select(isChosen, blurred, x), valueRange);
    });
  });
}
randomGaussianBlur.facts = layerFacts<RandomGaussianBlurOptions>({
  name: "randomGaussianBlur",
  options: {
    factor: "factor",
    kernelSize: "kernel_size",
    sigma: "sigma",
    valueRange: "value_range",
    seed: "seed",
  },
  keras: { className: "RandomGaussianBlur" },
});

/** Weights `[size]` of sum 1 around the middle. */
function gaussian(build: Builder, size: number, deviation: Node): Node {
  const places = build.subtract(build.samplePositions(size, size), build.constant(size / 2));
  const distance = build.divide(places, deviation);
  const square = build.multiply(distance, distance);
  const weights = build.exponential(build.multiply(square, build.constant(-0.5)));
  return build.divide(weights, build.sum(weights));
}

/** Every channel of `[N, H, W, C]` with the same kernel `[R, S, 1, 1]`; beyond the border there are zeros. */
function eachChannel(build: Builder, x: Node, kernel: Node): Node {
  const channels = x.shape[3];
  const filter = build.broadcastTo(kernel, [...kernel.shape.slice(0, 3), channels]);
  return build.conv2d(x, filter, { padding: "same", groups: channels });
}
