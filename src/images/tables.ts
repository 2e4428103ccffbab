// What gives every level of brightness another one, by a table: fixed, or made of how often each level occurs.
// Levels are those of bytes; the tables are Pillow's.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireOption,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { byteOf, type Pixels } from "./image-batch.ts";
import { type LevelRange, levelsOf, valueRangeNames } from "./value-range.ts";

/** The new level of each of the 256. */
type Table = Uint8Array;

const tableOf = (level: (i: number) => number): Table =>
  Uint8Array.from({ length: 256 }, (_, i) => level(i));

/** Every level by a table, which is made for each picture and each channel of how often its levels occur. */
function byTable<T extends Pixels>(
  call: string,
  image: Tensor<T>,
  options: LevelRange,
  make: (histogram: Float64Array) => Table,
): Tensor<T> {
  const { batch, restore } = levelsOf(call, image, options);
  const { data, count, channels } = batch;
  const size = data.length / count;
  const result = new Uint8Array(data.length);
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      const histogram = new Float64Array(256);
      for (let i = n * size + c; i < (n + 1) * size; i += channels) histogram[data[i]]++;
      const table = make(histogram);
      for (let i = n * size + c; i < (n + 1) * size; i += channels) result[i] = table[data[i]];
    }
  }
  return restore(result, image);
}

function mapped<T extends Pixels>({ data, shape }: Tensor<T>, value: (x: number) => number) {
  const isBytes = data instanceof Uint8Array;
  const result = data.map(isBytes ? (x) => byteOf(value(x)) : value);
  return { data: result as T, shape };
}

/**
 * Black becomes white, and white black: `low + high − x`.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const negative = images.invert(photo);
 */
export function invert<T extends Pixels>(image: Tensor<T>, options: LevelRange = {}): Tensor<T> {
  requireKnownOptions("images.invert", options, valueRangeNames);
  const { valueRange: [low, high] = [0, 255] } = options;
  levelsOf("images.invert", image, options);
  return mapped(image, (x) => low + high - x);
}

/** How many levels are left. */
export interface PosterizeOptions extends LevelRange {
  /** How many of the 8 bits of a level are kept, from 1 to 8. */
  readonly bits: number;
}

const posterizeNames: OptionNames<PosterizeOptions> = { ...valueRangeNames, bits: true };

/**
 * Keeps the upper bits of each level, as Pillow's `ImageOps.posterize` does.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const poster = images.posterize(photo, { bits: 3 });
 */
export function posterize<T extends Pixels>(
  image: Tensor<T>,
  options: PosterizeOptions,
): Tensor<T> {
  requireKnownOptions("images.posterize", options, posterizeNames, "{ bits: 3 }");
  const { bits } = options;
  const fits = Number.isInteger(bits) && bits >= 1 && bits <= 8;
  requireOption("bits", bits, fits, "a whole number from 1 to 8");
  const mask = 256 - 2 ** (8 - bits);
  return byTable("images.posterize", image, options, () => tableOf((i) => i & mask));
}

/** Which levels are inverted. */
export interface SolarizeOptions extends LevelRange {
  /** Numbers of at least this are inverted. Default: the level 128 of 0 to 255. */
  readonly threshold?: number;
}

const solarizeNames: OptionNames<SolarizeOptions> = { ...valueRangeNames, threshold: true };

/**
 * Inverts what is bright, as Pillow's `ImageOps.solarize` does.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const strange = images.solarize(photo, { threshold: 100 });
 */
export function solarize<T extends Pixels>(
  image: Tensor<T>,
  options: SolarizeOptions = {},
): Tensor<T> {
  requireKnownOptions("images.solarize", options, solarizeNames);
  const { valueRange: [low, high] = [0, 255] } = options;
  const { threshold = low + ((high - low) * 128) / 255 } = options;
  requireOption("threshold", threshold, Number.isFinite(threshold), "a finite number");
  levelsOf("images.solarize", image, options);
  return mapped(image, (x) => (x < threshold ? x : low + high - x));
}

/**
 * Spreads levels so that each occurs about as often, for each channel of each picture, as Pillow's
 * `ImageOps.equalize` does.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const even = images.equalize(photo);
 */
export function equalize<T extends Pixels>(image: Tensor<T>, options: LevelRange = {}): Tensor<T> {
  requireKnownOptions("images.equalize", options, valueRangeNames);
  return byTable("images.equalize", image, options, (histogram) => {
    const present = histogram.filter((count) => count > 0);
    const all = present.reduce((a, b) => a + b, 0);
    const step = Math.floor((all - present[present.length - 1]) / 255);
    if (present.length <= 1 || step === 0) return tableOf((i) => i);
    let below = Math.floor(step / 2);
    return tableOf((i) => {
      const level = Math.floor(below / step);
      below += histogram[i];
      return Math.min(255, level);
    });
  });
}

/** What counts as black and white. */
export interface ImageAutoContrastOptions extends LevelRange {
  /**
   * The percentage of the darkest and of the brightest pixels that is disregarded: one number, or one for either
   * end. Default: 0.
   */
  readonly cutoff?: number | readonly [dark: number, bright: number];
}

const autoContrastNames: OptionNames<ImageAutoContrastOptions> = {
  ...valueRangeNames,
  cutoff: true,
};

/**
 * Stretches levels so that the darkest becomes black and the brightest white, for each channel of each picture, as
 * Pillow's `ImageOps.autocontrast` does.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const clear = images.autoContrast(photo, { cutoff: 1 });
 */
export function autoContrast<T extends Pixels>(
  image: Tensor<T>,
  options: ImageAutoContrastOptions = {},
): Tensor<T> {
  requireKnownOptions("images.autoContrast", options, autoContrastNames);
  const { cutoff = 0 } = options;
  const [dark, bright] = typeof cutoff === "number" ? [cutoff, cutoff] : cutoff;
  requireBetween("cutoff", dark, 0, 100);
  requireBetween("cutoff", bright, 0, 100);
  return byTable("images.autoContrast", image, options, (histogram) => {
    const pixels = histogram.reduce((a, b) => a + b, 0);
    const counts = cutOff(histogram, Math.floor((pixels * dark) / 100), 1);
    const left = cutOff(counts, Math.floor((pixels * bright) / 100), -1);
    const low = left.findIndex((count) => count > 0);
    const high = left.findLastIndex((count) => count > 0);
    if (high <= low) return tableOf((i) => i);
    const scale = 255 / (high - low);
    return tableOf((i) => byteOf(Math.trunc(i * scale - low * scale)));
  });
}

/** The histogram without `cut` pixels from its lower end, or with −1 from its upper one. */
function cutOff(histogram: Float64Array, cut: number, direction: 1 | -1): Float64Array {
  const result = histogram.slice();
  let rest = cut;
  for (let i = direction > 0 ? 0 : 255; i >= 0 && i < 256 && rest > 0; i += direction) {
    const taken = Math.min(rest, result[i]);
    result[i] -= taken;
    rest -= taken;
  }
  return result;
}
