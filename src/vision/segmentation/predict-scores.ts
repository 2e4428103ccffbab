// Scores of the classes for every pixel of a picture of any size, a few rows at a time: a large picture never lies in
// memory as floats.

import { ShapeError } from "../../core/errors.ts";
import { type OptionNames, requireFlag, requireNumber, requireWhole } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type ChannelCount, white, withChannels } from "../../images/channels.ts";
import { resize } from "../../images/resize.ts";
import type { Model } from "../../train/model.ts";
import { partOf } from "./patches.ts";
import { resizedTo } from "./resized.ts";
import type { SegmentationShape } from "./shape.ts";
import { type Tiling, tilingOf } from "./tiles.ts";

/** How a picture is predicted. */
export interface PredictMaskOptions {
  /**
   * How much neighbouring tiles lie on each other, as a part of a tile, from 0 to 0.9: they are blended there. It has no
   * effect on models that resize pictures. Default: 0.25.
   */
  readonly overlap?: number;
  /** How many tiles are predicted in one step. Default: 4. */
  readonly batchSize?: number;
  /** With a single score, from which probability on a pixel is of class 1. Default: 0.5. */
  readonly threshold?: number;
  /**
   * Whether every tile is also predicted with left and right swapped, upside down, and both, and scores are averaged: four
   * times the work, and usually a little better. Default: false.
   */
  readonly mirrored?: boolean;
}

export const predictMaskOptionNames: OptionNames<PredictMaskOptions> = {
  overlap: true,
  batchSize: true,
  threshold: true,
  mirrored: true,
};

/** @throws ConfigError where an option cannot be used. */
export function checkPredictMaskOptions(options: PredictMaskOptions): void {
  const { overlap = 0.25, batchSize = 4, threshold = 0.5, mirrored = false } = options;
  requireNumber("overlap", overlap, { least: 0, most: 0.9 });
  requireWhole("batchSize", batchSize);
  requireNumber("threshold", threshold, { least: 0, most: 1 });
  requireFlag("mirrored", mirrored);
}

/** Some rows of a picture with scores. */
export interface ScoredRows {
  /** The first row. */
  readonly top: number;
  /** How many rows there are. */
  readonly rows: number;
  /** `[rows, W, scores]` */
  readonly data: Float32Array;
}

/** @throws ShapeError unless it is a picture of bytes. */
function requirePicture({ data, shape }: Tensor<Uint8Array>): void {
  if (data instanceof Uint8Array && shape.length === 3 && shape[2] >= 1 && shape[2] <= 4) return;
  throw new ShapeError({
    what: "A mask can be predicted for one picture.",
    expected: "u8 [H, W, C] with 1 to 4 channels",
    received: formatShape(shape),
  });
}

/** Scores from top to bottom, each row once. */
export async function* predictScores(
  model: Model,
  shape: SegmentationShape,
  picture: Tensor<Uint8Array>,
  options: PredictMaskOptions,
): AsyncGenerator<ScoredRows> {
  requirePicture(picture);
  const { channels } = shape;
  const image = withChannels(picture, channels as ChannelCount, white);
  if (shape.resizes) yield await wholeScores(model, shape, image, options);
  else yield* tiledScores(model, shape, image, options);
}

/** Scores of a picture that is resized, and they back to its size. */
async function wholeScores(
  model: Model,
  { height, width, scores }: SegmentationShape,
  image: Tensor<Uint8Array>,
  { mirrored = false }: PredictMaskOptions,
): Promise<ScoredRows> {
  const [rows, columns] = image.shape;
  const small = resizedTo(image, { rows: height, columns: width });
  const [{ data }] = await predicted(model, [small], 1, mirrored);
  const result = { data, shape: [height, width, scores] };
  const large = resize(result, { size: [rows, columns] });
  return { top: 0, rows, data: large.data };
}

/** Scores of tiles, a row of them at a time, blended where they lie on each other. */
async function* tiledScores(
  model: Model,
  shape: SegmentationShape,
  image: Tensor<Uint8Array>,
  { overlap = 0.25, batchSize = 4, mirrored = false }: PredictMaskOptions,
): AsyncGenerator<ScoredRows> {
  const [rows, columns] = image.shape;
  const down = tilingOf(rows, shape.rows, overlap);
  const along = tilingOf(columns, shape.columns, overlap);
  const [above, before] = [(shape.height - shape.rows) / 2, (shape.width - shape.columns) / 2];
  // Rows that are not finished yet, from `top` on.
  let top = 0;
  let waiting = new Float32Array(0);
  const rowLength = columns * shape.scores;
  for (const [i, start] of down.starts.entries()) {
    const parts = along.starts.map((left) =>
      partOf(image, {
        top: start - above,
        left: left - before,
        rows: shape.height,
        columns: shape.width,
      }),
    );
    const end = Math.min(rows, start + shape.rows);
    const grown = new Float32Array((end - top) * rowLength);
    grown.set(waiting);
    waiting = grown;
    const results = await predicted(model, parts, batchSize, mirrored);
    results.forEach(({ data }, tile) => {
      const place = { first: start - top, left: along.starts[tile], columns };
      blend(waiting, data, { shape, down, along, ...place });
    });
    // Rows above the next tiles get nothing more.
    const next = down.starts[i + 1] ?? rows;
    const finished = waiting.subarray(0, (next - top) * rowLength);
    const divided = shared(finished, { top, down, along, scores: shape.scores });
    yield { top, rows: next - top, data: divided };
    waiting = waiting.slice((next - top) * rowLength);
    top = next;
  }
}

/** Where a tile's scores come. */
interface Placing {
  readonly shape: SegmentationShape;
  readonly down: Tiling;
  readonly along: Tiling;
  /** The row and the column of the sums at which the tile begins; below 0 where it reaches over the border. */
  readonly first: number;
  readonly left: number;
  /** Columns of the picture. */
  readonly columns: number;
}

/** Adds a tile's scores to the sums, each by its weight. */
function blend(sums: Float32Array, tile: Float32Array, placing: Placing): void {
  const { shape, down, along, first, left, columns } = placing;
  const { rows: tileRows, columns: tileColumns, scores } = shape;
  const rows = sums.length / columns / scores;
  const from = Math.max(0, -left);
  const to = Math.min(tileColumns, columns - left);
  for (let y = Math.max(0, -first); y < tileRows && first + y < rows; y++) {
    for (let x = from; x < to; x++) {
      const weight = down.weights[y] * along.weights[x];
      const at = (y * tileColumns + x) * scores;
      const sum = ((first + y) * columns + left + x) * scores;
      for (let k = 0; k < scores; k++) sums[sum + k] += weight * tile[at + k];
    }
  }
}

/** Sums divided by the weights that they are made of. */
function shared(
  sums: Float32Array,
  { top, down, along, scores }: Pick<Placing, "down" | "along"> & { top: number; scores: number },
): Float32Array {
  const columns = along.totals.length;
  return sums.map((sum, i) => {
    const pixel = Math.floor(i / scores);
    return sum / (down.totals[top + Math.floor(pixel / columns)] * along.totals[pixel % columns]);
  });
}

/** What the model gives for images of its size, averaged over their mirror images where these count, too. */
async function predicted(
  model: Model,
  images: readonly Tensor<Uint8Array>[],
  batchSize: number,
  mirrored: boolean,
): Promise<{ readonly data: Float32Array }[]> {
  const ways = mirrored ? [0, 1, 2, 3] : [0];
  const [first] = images;
  const bytes = first.data.length;
  const all = new Uint8Array(images.length * ways.length * bytes);
  images.forEach((image, i) => {
    for (const way of ways) all.set(flipped(image, way).data, (i * ways.length + way) * bytes);
  });
  const x = { data: all, shape: [images.length * ways.length, ...first.shape] };
  const { data, shape } = await model.predict(x, { batchSize });
  const [, ...one] = shape;
  const size = data.length / shape[0];
  return images.map((_, i) => {
    const results = ways.map((way) => {
      const start = (i * ways.length + way) * size;
      return flipped({ data: data.subarray(start, start + size), shape: one }, way);
    });
    if (results.length === 1) return { data: results[0].data };
    const mean = results[0].data.map(
      (_, at) => results.reduce((sum, result) => sum + result.data[at], 0) / results.length,
    );
    return { data: mean };
  });
}

/** `[H, W, C]` with left and right swapped (1), upside down (2), or both (3); 0 leaves it as it is. */
function flipped<T extends Uint8Array | Float32Array>(picture: Tensor<T>, way: number): Tensor<T> {
  if (way === 0) return picture;
  const { data, shape } = picture;
  const [height, width, channels] = shape;
  const result = data.slice() as T;
  for (let y = 0; y < height; y++) {
    const fromRow = (way & 2) === 0 ? y : height - 1 - y;
    for (let x = 0; x < width; x++) {
      const fromColumn = (way & 1) === 0 ? x : width - 1 - x;
      const [from, to] = [fromRow * width + fromColumn, y * width + x];
      for (let c = 0; c < channels; c++) result[to * channels + c] = data[from * channels + c];
    }
  }
  return { data: result, shape };
}
