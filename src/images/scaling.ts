// The numbers of pixels brought to the range that a network wants. The results are floats.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { imageBatch, type Pixels } from "./image-batch.ts";

/** How numbers are rescaled: `x · scale + offset`. */
export interface RescaleOptions {
  /** What numbers are multiplied by: `1 / 255` brings bytes to 0…1. */
  readonly scale: number;
  /** What is added then. Default: 0. */
  readonly offset?: number;
}

const rescaleNames: OptionNames<RescaleOptions> = { scale: true, offset: true };

/**
 * `x · scale + offset` as floats, of the same shape.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const unit = images.rescale(photo, { scale: 1 / 255 });
 */
export function rescale(image: Tensor<Pixels>, options: RescaleOptions): Tensor<Float32Array> {
  requireKnownOptions("images.rescale", options, rescaleNames, "{ scale: 1 / 255 }");
  const { scale, offset = 0 } = options;
  requireNumber("scale", scale);
  requireNumber("offset", offset);
  const { data } = imageBatch("images.rescale", image);
  return { data: Float32Array.from(data, (x) => x * scale + offset), shape: image.shape };
}

/** How numbers are standardised: `(x · scale − mean) / deviation`, channel by channel. */
export interface StandardizeOptions {
  /** What numbers are multiplied by first. Default: 1. */
  readonly scale?: number;
  /** What is subtracted then: one number, or one for each channel. */
  readonly mean: number | readonly number[];
  /** What is divided by at last, above 0: one number, or one for each channel. */
  readonly deviation: number | readonly number[];
}

const standardizeNames: OptionNames<StandardizeOptions> = {
  scale: true,
  mean: true,
  deviation: true,
};

/**
 * The numbers of ImageNet's photographs, for red, green and blue as bytes: for `images.standardize`, and for the
 * `preprocess` of models that were trained on them.
 */
export const imageNet = {
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
} as const;

/**
 * `(x · scale − mean) / deviation` as floats, of the same shape. The numbers are ImageNet's (`images.imageNet`), a
 * model's own, or those of examples (`images.channelStatistics`).
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const input = images.standardize(photo, images.imageNet);
 */
export function standardize(
  image: Tensor<Pixels>,
  options: StandardizeOptions,
): Tensor<Float32Array> {
  requireKnownOptions("images.standardize", options, standardizeNames, "images.imageNet");
  const { scale = 1, mean, deviation } = options;
  const { data, channels } = imageBatch("images.standardize", image);
  requireNumber("scale", scale);
  const means = perChannel("mean", mean, channels);
  const deviations = perChannel("deviation", deviation, channels);
  const arePositive = deviations.every((one) => one > 0);
  requireOption("deviation", deviation, arePositive, "numbers above 0");
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const c = i % channels;
    result[i] = (data[i] * scale - means[c]) / deviations[c];
  }
  return { data: result, shape: image.shape };
}

/** @throws ConfigError unless `value` is a number, or one for each channel. */
function perChannel(option: string, value: number | readonly number[], channels: number): number[] {
  const list = typeof value === "number" ? Array<number>(channels).fill(value) : [...(value ?? [])];
  const fits = list.length === channels && list.every(Number.isFinite);
  requireOption(option, value, fits, `a finite number, or ${channels} of them in a list`);
  return list;
}

/**
 * Mean and deviation of each channel over all pixels of pictures, for `images.standardize` or a model's
 * `preprocess`. A channel whose pixels are all the same has the deviation 1.
 *
 * @throws ShapeError where it is no picture.
 * @example const own = images.channelStatistics(train.x);
 */
export function channelStatistics(image: Tensor<Pixels>): {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
} {
  const { data, channels } = imageBatch("images.channelStatistics", image);
  const count = data.length / channels;
  const mean = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);
  for (let i = 0; i < data.length; i++) mean[i % channels] += data[i] / count;
  for (let i = 0; i < data.length; i++)
    squares[i % channels] += (data[i] - mean[i % channels]) ** 2;
  return { mean, deviation: squares.map((sum) => Math.sqrt(sum / count) || 1) };
}
