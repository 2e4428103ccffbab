// A map drawn over its picture.

import { ShapeError } from "../core/errors.ts";
import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireWord,
} from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { type ColorMapName, colorMapNames, colorsOf } from "./colors.ts";
import { resizePlane } from "./map.ts";

/** How a map is drawn over a picture. */
export interface OverlayOptions {
  /** The colours, from cold to hot. `jet` shows edges that are not there. Default: `inferno`. */
  readonly colors?: ColorMapName;
  /** How much of the picture the colours cover, from 0 to 1. Default: 0.6. */
  readonly opacity?: number;
}

const optionNames: OptionNames<OverlayOptions> = { colors: true, opacity: true };

/**
 * The picture `[H, W, 1]` or `[H, W, 3]`, bytes or floats, with a map `[h, w]` from 0 to 1 in colour over it:
 * u8 `[H, W, 3]`. The picture turns grey, so that all colours come from the map. Floats are scaled from their smallest to
 * their largest value.
 *
 * @throws ShapeError if the shapes do not fit, ConfigError if an option cannot be used.
 * @example await encodeImage(explain.overlay(picture, found.map), "png")
 */
export function overlay(
  picture: Tensor,
  map: Tensor<Float32Array>,
  options: OverlayOptions = {},
): Tensor<Uint8Array> {
  requireKnownOptions("explain.overlay", options, optionNames);
  const { colors: name = "inferno", opacity = 0.6 } = options;
  requireWord("colors", name, colorMapNames);
  requireBetween("opacity", opacity, 0, 1);
  const [height, width, depth] = picture.shape.slice(-3);
  if (picture.shape.length < 3 || map.shape.length !== 2 || (depth !== 1 && depth !== 3)) {
    throw new ShapeError({
      what: "The map cannot be drawn over the picture.",
      expected: "a picture [H, W, 1] or [H, W, 3] and a map [h, w]",
      received: `${formatShape(picture.shape)} and ${formatShape(map.shape)}`,
    });
  }
  const heat = resizePlane(map, [height, width]).data;
  const colors = colorsOf(name);
  const level = levelsOf(picture);
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const grey =
      depth === 1
        ? level(i)
        : 0.299 * level(3 * i) + 0.587 * level(3 * i + 1) + 0.114 * level(3 * i + 2);
    const place = 3 * Math.round(255 * Math.min(1, Math.max(0, heat[i])));
    for (let c = 0; c < 3; c++) {
      data[3 * i + c] = Math.round((1 - opacity) * grey + opacity * colors[place + c]);
    }
  }
  return { data, shape: [height, width, 3] };
}

/** A picture as bytes `[H, W, C]`, to be looked at: floats from their smallest to their largest. */
export function shownPicture(picture: Tensor): Tensor<Uint8Array> {
  const level = levelsOf(picture);
  const [height, width, depth] = picture.shape.slice(-3);
  const data = Uint8Array.from({ length: height * width * depth }, (_, i) => Math.round(level(i)));
  return { data, shape: [height, width, depth] };
}

/** The numbers of a picture as 0 to 255. */
function levelsOf({ data }: Tensor): (index: number) => number {
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return (i) => data[i];
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const range = high - low || 1;
  return (i) => (255 * (data[i] - low)) / range;
}

/** The colours from cold to hot as a strip u8 `[height, width, 3]`, for a legend. */
export function colorBar(
  name: ColorMapName,
  [height, width]: readonly [number, number],
): Tensor<Uint8Array> {
  const colors = colorsOf(name);
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const place = 3 * Math.round((255 * (i % width)) / Math.max(1, width - 1));
    data.set(colors.subarray(place, place + 3), 3 * i);
  }
  return { data, shape: [height, width, 3] };
}
