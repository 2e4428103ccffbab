// From the channels that a file has to those that are wanted: grey, colour, with and without transparency.

import { requireOption } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";

/** 1 for grey, 3 for red, green, blue, 4 with transparency besides. */
export type ChannelCount = 1 | 3 | 4;

/** Red, green and blue, each from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

export const white: Color = [255, 255, 255];

/** @throws ConfigError unless `colour` is red, green and blue. */
export function requireColor(option: string, colour: unknown): void {
  const isPart = (part: unknown) =>
    Number.isInteger(part) && Number(part) >= 0 && Number(part) < 256;
  const fits = Array.isArray(colour) && colour.length === 3 && colour.every(isPart);
  requireOption(option, colour, fits, "[red, green, blue], whole numbers from 0 to 255");
}

/**
 * `u8 [H, W, C] → u8 [H, W, channels]`, C from 1 to 4. Transparency is laid over `background` where the result
 * has none. Grey is `(19595·R + 38470·G + 7471·B + 32768) >> 16`, the luma of ITU-R BT.601 as Pillow rounds it.
 */
export function withChannels(
  image: Tensor<Uint8Array>,
  channels: ChannelCount,
  background: Color,
): Tensor<Uint8Array> {
  const [height, width, given] = image.shape;
  if (given === channels) return image;
  const hasAlpha = given === 2 || given === 4;
  if (hasAlpha && channels !== 4) {
    return withChannels(flattened(image, background), channels, background);
  }
  const { data } = image;
  const count = height * width;
  const result = new Uint8Array(count * channels);
  const isGrey = given < 3;
  for (let i = 0; i < count; i++) {
    const from = i * given;
    const to = i * channels;
    if (channels === 1) {
      result[to] = lumaOf(data[from], data[from + 1], data[from + 2]);
      continue;
    }
    result[to] = data[from];
    result[to + 1] = isGrey ? data[from] : data[from + 1];
    result[to + 2] = isGrey ? data[from] : data[from + 2];
    if (channels === 4) result[to + 3] = hasAlpha ? data[from + given - 1] : 255;
  }
  return { data: result, shape: [height, width, channels] };
}

/** The grey of a colour, 0 to 255. */
export function lumaOf(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
}

/** `[H, W, 2 or 4] → [H, W, 1 or 3]` over a background; grey stays grey where the background is. */
function flattened(image: Tensor<Uint8Array>, background: Color): Tensor<Uint8Array> {
  const { data, shape } = image;
  const [height, width, given] = shape;
  const [red, green, blue] = background;
  const staysGrey = given === 2 && red === green && green === blue;
  const channels = staysGrey ? 1 : 3;
  const result = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const alpha = data[i * given + given - 1];
    for (let c = 0; c < channels; c++) {
      const own = data[i * given + (given === 2 ? 0 : c)];
      result[i * channels + c] = over(own, background[c], alpha);
    }
  }
  return { data: result, shape: [height, width, channels] };
}

/** (own · α + below · (255 − α)) / 255, rounded. */
function over(own: number, below: number, alpha: number): number {
  return Math.floor((own * alpha + below * (255 - alpha) + 127) / 255);
}
