// Equalisation tile by tile, with contrast held within a limit.

import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
} from "../core/option.ts";
import { roundToEven } from "../core/round.ts";
import type { Tensor } from "../core/tensor.ts";
import { placeOf } from "./borders.ts";
import type { Pixels } from "./image-batch.ts";
import { type LevelRange, levelsOf, valueRangeNames } from "./value-range.ts";

/** How contrast is raised tile by tile. */
export interface ClaheOptions extends LevelRange {
  /** How much a level may outnumber the others in a tile, above 0: higher means more contrast. Default: 40. */
  readonly clipLimit?: number;
  /** How many tiles there are, from top to bottom and from left to right. Default: `[8, 8]`. */
  readonly tiles?: readonly [rows: number, columns: number];
}

const known: OptionNames<ClaheOptions> = { ...valueRangeNames, clipLimit: true, tiles: true };

/**
 * Contrast-limited adaptive histogram equalization, channel by channel: levels are spread as is right for the tile
 * that a pixel lies in, mixed with its neighbours'. Numbers and defaults are those of OpenCV's `createCLAHE`.
 * Zuiderveld, 1994.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const clear = images.clahe(scan, { clipLimit: 2 });
 */
export function clahe<T extends Pixels>(image: Tensor<T>, options: ClaheOptions = {}): Tensor<T> {
  requireKnownOptions("images.clahe", options, known);
  const { clipLimit = 40, tiles = [8, 8] } = options;
  const { batch, restore } = levelsOf("images.clahe", image, options);
  const { data, count, height, width, channels } = batch;
  requireNumber("clipLimit", clipLimit, { above: 0 });
  const areTiles = tiles.length === 2 && tiles.every((side) => Number.isInteger(side) && side >= 1);
  requireOption("tiles", tiles, areTiles, "[rows, columns], whole numbers of at least 1");
  const result = new Uint8Array(data.length);
  for (let n = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      const at = (y: number, x: number) => ((n * height + y) * width + x) * channels + c;
      const plane: Plane = { height, width, level: (y, x) => data[at(y, x)] };
      equalizeTiles(plane, clipLimit, tiles, (y, x, level) => {
        result[at(y, x)] = level;
      });
    }
  }
  return restore(result, image);
}

/** One channel of one picture. */
interface Plane {
  readonly height: number;
  readonly width: number;
  level(y: number, x: number): number;
}

function equalizeTiles(
  plane: Plane,
  clipLimit: number,
  [tileRows, tileColumns]: readonly [number, number],
  put: (y: number, x: number, level: number) => void,
): void {
  const { height, width } = plane;
  // Where either side cannot be divided, both grow to the next multiple, by pixels mirrored at the border.
  const isWhole = height % tileRows === 0 && width % tileColumns === 0;
  const grown = (size: number, parts: number) => (isWhole ? size : size + parts - (size % parts));
  const tileHeight = grown(height, tileRows) / tileRows;
  const tileWidth = grown(width, tileColumns) / tileColumns;
  const tables = Array.from({ length: tileRows * tileColumns }, (_, i) => {
    const [row, column] = [Math.floor(i / tileColumns), i % tileColumns];
    const histogram = new Int32Array(256);
    for (let y = row * tileHeight; y < (row + 1) * tileHeight; y++) {
      for (let x = column * tileWidth; x < (column + 1) * tileWidth; x++) {
        histogram[plane.level(placeOf(y, height, "reflect"), placeOf(x, width, "reflect"))]++;
      }
    }
    return tableOf(histogram, tileHeight * tileWidth, clipLimit);
  });
  const columns = Array.from({ length: width }, (_, x) => between(x, tileWidth, tileColumns));
  for (let y = 0; y < height; y++) {
    const { first: top, second: bottom, share: down } = between(y, tileHeight, tileRows);
    for (let x = 0; x < width; x++) {
      const { first: left, second: right, share: across } = columns[x];
      const level = plane.level(y, x);
      const mixed = (row: number) =>
        tables[row * tileColumns + left][level] * (1 - across) +
        tables[row * tileColumns + right][level] * across;
      put(y, x, roundToEven(mixed(top) * (1 - down) + mixed(bottom) * down));
    }
  }
}

/** The two tiles whose middles a pixel lies between, and how much the second one counts. */
function between(at: number, size: number, tiles: number) {
  const position = at / size - 0.5;
  const first = Math.floor(position);
  return {
    first: Math.max(0, first),
    second: Math.min(tiles - 1, first + 1),
    share: position - first,
  };
}

/** The new level of each: what is above the limit is spread over all levels first. */
function tableOf(histogram: Int32Array, pixels: number, clipLimit: number): Uint8Array {
  const limit = Math.max(1, Math.trunc((clipLimit * pixels) / 256));
  let clipped = 0;
  for (let i = 0; i < 256; i++) {
    clipped += Math.max(0, histogram[i] - limit);
    histogram[i] = Math.min(histogram[i], limit);
  }
  const share = Math.floor(clipped / 256);
  let rest = clipped - share * 256;
  for (let i = 0; i < 256; i++) histogram[i] += share;
  const step = Math.max(1, Math.floor(256 / Math.max(1, rest)));
  for (let i = 0; i < 256 && rest > 0; i += step, rest--) histogram[i]++;
  let sum = 0;
  return Uint8Array.from(histogram, (count) => {
    sum += count;
    return Math.min(255, roundToEven(sum * Math.fround(255 / pixels)));
  });
}
