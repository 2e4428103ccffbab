// Pictures of another size.

import { type Interpolation, requireInterpolation } from "../core/interpolation.ts";
import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireOption,
} from "../core/option.ts";
import {
  containedSize,
  marginBefore,
  type ResizeMode,
  requireResizeMode,
} from "../core/resize-mode.ts";
import type { Tensor } from "../core/tensor.ts";
import { emptyLike, type ImageBatch, imageBatch, type Pixels } from "./image-batch.ts";
import { premultiplied, unpremultiplied } from "./premultiply.ts";
import { lineWeights, type Resampling, type Span } from "./resample.ts";
import { resizeBytes } from "./resize-kernel.ts";
import { resizeColumns, resizeRows } from "./resize-lines.ts";

/** How a picture gets another size. */
export interface ResizeOptions {
  /** The height and the width of the result. */
  readonly size: readonly [height: number, width: number];
  /** What happens where proportions differ: `stretch`, `cover` or `contain`. Default: `stretch`. */
  readonly mode?: ResizeMode;
  /**
   * `nearest`, `bilinear`, `bicubic`, `lanczos3`, `lanczos5`, or `area`, the mean of the area that a pixel
   * covers. Default: `bilinear`.
   */
  readonly interpolation?: Interpolation;
  /**
   * Whether all pixels count where the picture shrinks, as in Pillow and torchvision; without it, as in Keras's
   * layer, a few neighbours do. It makes no difference to `nearest` and `area`. Default: true.
   */
  readonly antialias?: boolean;
  /**
   * The part of the picture that is used, from the middle: 0.875 with `cover` is a resize to 256 and a crop to
   * 224. Above 0, at most 1. Default: 1.
   */
  readonly crop?: number;
  /** What `contain` fills the rest with: one number, or one for each channel. Default: 0. */
  readonly fillValue?: number | readonly number[];
  /**
   * Whether the last channel is transparency, so that colours count by how opaque they are. Default: true for
   * four channels of bytes, false for others.
   */
  readonly alpha?: boolean;
}

const known: OptionNames<ResizeOptions> = {
  size: true,
  mode: true,
  interpolation: true,
  antialias: true,
  crop: true,
  fillValue: true,
  alpha: true,
};

/** @throws ConfigError unless `size` is a height and a width. */
export function requireSize(option: string, size: unknown): void {
  const isSide = (side: unknown) => Number.isSafeInteger(side) && Number(side) >= 1;
  const fits = Array.isArray(size) && size.length === 2 && size.every(isSide);
  requireOption(option, size, fits, "[height, width], whole numbers of at least 1");
}

/** @throws ConfigError unless `crop` is a part. */
export function requireCrop(option: string, crop: unknown): void {
  requireNumber(option, crop, { above: 0, most: 1 });
}

/**
 * Pictures of another size: `[H, W, C] → [P, Q, C]`, or `[N, H, W, C] → [N, P, Q, C]`. Bytes give bytes, to the
 * level those of Pillow's `Image.resize`, `ImageOps.fit` and `ImageOps.pad`; floats give floats.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const small = images.resize(photo, { size: [224, 224], mode: "cover" });
 */
export function resize<T extends Pixels>(image: Tensor<T>, options: ResizeOptions): Tensor<T> {
  requireKnownOptions("images.resize", options, known, "{ size: [224, 224] }");
  const { size, mode = "stretch", interpolation = "bilinear", antialias = true } = options;
  const { crop = 1, fillValue = 0 } = options;
  const batch = imageBatch("images.resize", image);
  const { data, channels } = batch;
  requireSize("size", size);
  requireResizeMode("mode", mode);
  requireInterpolation(interpolation);
  requireFlag("antialias", antialias);
  requireCrop("crop", crop);
  const fills = fillsOf(fillValue, channels);
  const { alpha = channels === 4 && data instanceof Uint8Array } = options;
  requireFlag("alpha", alpha);
  const resampling = { interpolation, antialias };
  const box = boxOf(batch, size, mode, crop);
  const used = [box.rows.to - box.rows.from, box.columns.to - box.columns.from] as const;
  const inner = mode === "contain" ? containedSize(used, size) : size;
  const isBlended = alpha && interpolation !== "nearest";
  const source = isBlended ? { ...batch, data: premultiplied(batch.data, channels) } : batch;
  const resized = resizeBox(source, box, inner, resampling);
  const result = isBlended ? unpremultiplied(resized, channels) : resized;
  const shape = batch.shapeOf(size[0], size[1]);
  if (inner[0] === size[0] && inner[1] === size[1]) return { data: result, shape };
  return { data: inTheMiddle(result, batch, inner, size, fills), shape };
}

/** The part of a picture that is used. */
interface Box {
  readonly rows: Span;
  readonly columns: Span;
}

function boxOf(
  { height, width }: ImageBatch,
  [rows, columns]: readonly [number, number],
  mode: ResizeMode,
  crop: number,
): Box {
  const wanted = columns / rows;
  const isWide = width / height >= wanted;
  const isCut = mode === "cover" && width / height !== wanted;
  const usedWidth = (isCut && isWide ? wanted * height : width) * crop;
  const usedHeight = (isCut && !isWide ? width / wanted : height) * crop;
  return { rows: middleOf(height, usedHeight), columns: middleOf(width, usedWidth) };
}

function middleOf(size: number, used: number): Span {
  const from = (size - used) * 0.5;
  return { from, to: from + used };
}

function resizeBox<T extends Pixels>(
  { data, count, height, width, channels }: ImageBatch<T>,
  { rows, columns }: Box,
  [newHeight, newWidth]: readonly [number, number],
  resampling: Resampling,
): T {
  const weights = (size: number, span: Span, length: number) => {
    const isWhole = length === size && span.from === 0 && span.to === size;
    return isWhole ? undefined : lineWeights(size, span, length, resampling);
  };
  const passes = {
    rows: weights(width, columns, newWidth),
    columns: weights(height, rows, newHeight),
  };
  if (data instanceof Uint8Array && channels <= 4) {
    const resized = resizeBytes({ data, count, height, width, channels }, passes);
    if (resized !== undefined) return resized as T;
  }
  let lines = { data, rows: count * height, width, channels };
  if (passes.rows !== undefined) lines = resizeRows(lines, passes.rows);
  if (passes.columns !== undefined) lines = resizeColumns(lines, passes.columns, count);
  return lines.data === data ? (data.slice() as T) : lines.data;
}

function fillsOf(fillValue: number | readonly number[], channels: number): readonly number[] {
  const fills = typeof fillValue === "number" ? Array(channels).fill(fillValue) : fillValue;
  const fits = Array.isArray(fills) && fills.length === channels && fills.every(Number.isFinite);
  requireOption("fillValue", fillValue, fits, `a finite number, or ${channels} of them in a list`);
  return fills;
}

function inTheMiddle<T extends Pixels>(
  inner: T,
  { count, channels }: ImageBatch,
  [innerHeight, innerWidth]: readonly [number, number],
  [height, width]: readonly [number, number],
  fills: readonly number[],
): T {
  const result = emptyLike(inner, count * height * width * channels);
  for (let i = 0; i < result.length; i++) result[i] = fills[i % channels];
  const top = marginBefore(height, innerHeight);
  const left = marginBefore(width, innerWidth);
  const size = innerWidth * channels;
  for (let row = 0; row < count * innerHeight; row++) {
    const [n, y] = [Math.floor(row / innerHeight), row % innerHeight];
    const to = ((n * height + top + y) * width + left) * channels;
    result.set(inner.subarray(row * size, (row + 1) * size), to);
  }
  return result;
}
