// Many pictures on one: rows of tiles, each with a line of text below it.

import { codec } from "#images";
import { DataError } from "../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireList,
  requireOption,
  requireWhole,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Color, requireColor, white, withChannels } from "./channels.ts";
import { imageBatch, type Pixels } from "./image-batch.ts";
import { resize } from "./resize.ts";
import { type LevelRange, levelsOf, valueRangeNames } from "./value-range.ts";

/** How a sheet looks. */
export interface ContactSheetOptions extends LevelRange {
  /** How many pictures stand side by side. Default: so many that the sheet is about a square. */
  readonly columns?: number;
  /** A line of text below each picture, cut off where it is too long. Default: no text. */
  readonly labels?: readonly string[];
  /**
   * Height and width of a tile in pixels; pictures keep their proportions. Default: the size of the largest, small
   * ones enlarged by whole factors and large ones reduced, so that a tile is 96 to 256 pixels wide or high.
   */
  readonly tile?: readonly [height: number, width: number];
  /** Pixels between tiles and around them. Default: 8. */
  readonly gap?: number;
  /** The colour of the sheet: red, green, blue. Default: white. */
  readonly background?: Color;
}

const known: OptionNames<ContactSheetOptions> = {
  ...valueRangeNames,
  columns: true,
  labels: true,
  tile: true,
  gap: true,
  background: true,
};

/** Height of a line of text, and of its letters. */
const lineHeight = 20;
const fontSize = 13;
/** About how wide a letter is. */
const letterWidth = 7;
const mostPixels = 2 ** 27;

/**
 * One picture of many: `[N, H, W, C]`, or a list of `[H, W, C]` of any sizes, in rows, as `u8 [P, Q, 3]`.
 *
 * @throws DataError where there are no pictures or too many for one sheet, ShapeError where one is none, ConfigError
 * where an option cannot be used, TargetError where there are labels and nothing draws text here.
 * @example
 * const sheet = await images.contactSheet(batch, { columns: 8, labels: names });
 * await writeFile("sheet.png", await encodeImage(sheet, "png"));
 */
export async function contactSheet(
  pictures: Tensor<Pixels> | readonly Tensor<Pixels>[],
  options: ContactSheetOptions = {},
): Promise<Tensor<Uint8Array>> {
  requireKnownOptions("images.contactSheet", options, known, "batch, { columns: 8 }");
  const { gap = 8, background = white, labels } = options;
  requireColor("background", background);
  requireWhole("gap", gap, 0);
  const singles = singlesOf(pictures).map((one) => inColors(one, options, background));
  if (singles.length === 0) {
    throw new DataError({
      what: "images.contactSheet: There are no pictures.",
      expected: "at least one",
    });
  }
  if (labels !== undefined) requireLabels(labels, singles.length);
  const { tile = tileFor(singles), columns = Math.ceil(Math.sqrt(singles.length)) } = options;
  requireWhole("columns", columns);
  requireOption("tile", tile, isTile(tile), "[height, width], whole numbers of at least 8");
  const sheet = layOut(singles.length, { tile, columns, gap, hasLabels: labels !== undefined });
  const { height, width } = sheet;
  if (height * width > mostPixels) {
    throw new DataError({
      what: "images.contactSheet: The sheet would be too large.",
      expected: `at most ${mostPixels} pixels`,
      received: `${singles.length} tiles, together ${width} x ${height} pixels`,
      fix: "Show fewer pictures, or smaller tiles.",
    });
  }
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) data[i] = background[i % 3];
  const target = { data, shape: [height, width, 3] };
  singles.forEach((picture, i) => {
    const { top, left } = sheet.placeOf(i);
    paste(target, fitted(picture, tile, background), top, left);
  });
  for (let first = 0; labels !== undefined && first < singles.length; first += columns) {
    const row = labels.slice(first, first + columns);
    const { top } = sheet.placeOf(first);
    const text = rowOfText(row, sheet.placeOf, tile[1], width, isDark(background));
    const drawn = await codec.draw(text);
    pasteOver(target, drawn, top + tile[0], background);
  }
  return target;
}

function isTile(tile: unknown): boolean {
  const isSide = (side: unknown) => Number.isInteger(side) && Number(side) >= 8;
  return Array.isArray(tile) && tile.length === 2 && tile.every(isSide);
}

function requireLabels(labels: readonly string[], count: number): void {
  requireList("images.contactSheet: The labels cannot be used.", labels, "a list of texts");
  const fits = labels.length === count && labels.every((label) => typeof label === "string");
  requireOption("labels", labels, fits, `${count} texts, one for each picture`);
}

function singlesOf(pictures: Tensor<Pixels> | readonly Tensor<Pixels>[]): Tensor<Pixels>[] {
  if (Array.isArray(pictures)) return pictures.flatMap((one) => singlesOf(one));
  const one = pictures as Tensor<Pixels>;
  const { data, count, height, width, channels } = imageBatch("images.contactSheet", one);
  const size = height * width * channels;
  return Array.from({ length: count }, (_, n) => ({
    data: data.subarray(n * size, (n + 1) * size),
    shape: [height, width, channels],
  }));
}

/** Bytes of three channels; of channels that are no colours the first one, as grey. */
function inColors(
  picture: Tensor<Pixels>,
  options: ContactSheetOptions,
  background: Color,
): Tensor<Uint8Array> {
  const { valueRange } = options;
  const range = valueRange === undefined ? {} : { valueRange };
  const { batch } = levelsOf("images.contactSheet", picture, range);
  const { data, height, width, channels } = batch;
  const image = { data, shape: [height, width, channels] };
  if (channels <= 4) return withChannels(image, 3, background);
  const first = data.filter((_, i) => i % channels === 0);
  return withChannels({ data: first, shape: [height, width, 1] }, 3, background);
}

/** Small pictures by a whole factor, large ones reduced. */
function tileFor(pictures: readonly Tensor[]): readonly [number, number] {
  const height = Math.max(...pictures.map(({ shape }) => shape[0]));
  const width = Math.max(...pictures.map(({ shape }) => shape[1]));
  const longest = Math.max(height, width);
  const factor = longest < 96 ? Math.ceil(96 / longest) : Math.min(1, 256 / longest);
  return [Math.max(8, Math.round(height * factor)), Math.max(8, Math.round(width * factor))];
}

interface SheetParts {
  readonly tile: readonly [number, number];
  readonly columns: number;
  readonly gap: number;
  readonly hasLabels: boolean;
}

function layOut(count: number, { tile, columns, gap, hasLabels }: SheetParts) {
  const across = Math.min(columns, count);
  const down = Math.ceil(count / columns);
  const [high, wide] = [tile[0] + (hasLabels ? lineHeight : 0) + gap, tile[1] + gap];
  return {
    height: down * high + gap,
    width: across * wide + gap,
    placeOf: (i: number) => ({
      top: gap + Math.floor(i / columns) * high,
      left: gap + (i % columns) * wide,
    }),
  };
}

/** Pixels stay squares where a picture is enlarged by a whole factor. */
function fitted(
  picture: Tensor<Uint8Array>,
  size: readonly [number, number],
  background: Color,
): Tensor<Uint8Array> {
  const isLarger = picture.shape[0] <= size[0] && picture.shape[1] <= size[1];
  const interpolation = isLarger ? "nearest" : "bilinear";
  return resize(picture, { size, mode: "contain", interpolation, fillValue: background });
}

function paste(
  target: Tensor<Uint8Array>,
  tile: Tensor<Uint8Array>,
  top: number,
  left: number,
): void {
  const [, width] = target.shape;
  const [rows, columns] = tile.shape;
  for (let y = 0; y < rows; y++) {
    const row = tile.data.subarray(y * columns * 3, (y + 1) * columns * 3);
    target.data.set(row, ((top + y) * width + left) * 3);
  }
}

function pasteOver(
  target: Tensor<Uint8Array>,
  drawing: Tensor<Uint8Array>,
  top: number,
  background: Color,
): void {
  paste(target, withChannels(drawing, 3, background), top, 0);
}

const isDark = ([red, green, blue]: Color) => red + green + blue < 384;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Texts that XML can hold, below their tiles. */
function rowOfText(
  labels: readonly string[],
  placeOf: (i: number) => { readonly left: number },
  tileWidth: number,
  width: number,
  onDark: boolean,
): string {
  const most = Math.max(1, Math.floor(tileWidth / letterWidth));
  const texts = labels.map((label, i) => {
    const letters = [...label.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " ")];
    const short = letters.length > most ? [...letters.slice(0, most - 1), "…"] : letters;
    const text = short.map((letter) => escapes[letter] ?? letter).join("");
    return `<text x="${placeOf(i).left}" y="15">${text}</text>`;
  });
  const size = `width="${width}" height="${lineHeight}"`;
  const fill = onDark ? "#fff" : "#222";
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" ${size}>` +
    `<g font-family="sans-serif" font-size="${fontSize}" fill="${fill}">${texts.join("")}</g></svg>`
  );
}
