// Pictures through a kernel: each pixel becomes a weighted sum of those around it.

import { ShapeError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireOption,
  requireWhole,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { type Border, placeOf, requireBorder } from "./borders.ts";
import { byteOf, emptyLike, type ImageBatch, imageBatch, type Pixels } from "./image-batch.ts";

/** Rows of weights; as in convolutional layers and OpenCV they are not turned around. */
export type Kernel = readonly (readonly number[])[];

/** Kernels that have a name. Those that end in X answer to vertical edges, in Y to horizontal ones. */
export const kernels = {
  edges: [
    [-1, -1, -1],
    [-1, 8, -1],
    [-1, -1, -1],
  ],
  sobelX: [
    [-1, 0, 1],
    [-2, 0, 2],
    [-1, 0, 1],
  ],
  sobelY: [
    [-1, -2, -1],
    [0, 0, 0],
    [1, 2, 1],
  ],
  scharrX: [
    [-3, 0, 3],
    [-10, 0, 10],
    [-3, 0, 3],
  ],
  scharrY: [
    [-3, -10, -3],
    [0, 0, 0],
    [3, 10, 3],
  ],
  prewittX: [
    [-1, 0, 1],
    [-1, 0, 1],
    [-1, 0, 1],
  ],
  prewittY: [
    [-1, -1, -1],
    [0, 0, 0],
    [1, 1, 1],
  ],
  laplacian: [
    [0, 1, 0],
    [1, -4, 1],
    [0, 1, 0],
  ],
  sharpen: [
    [0, -1, 0],
    [-1, 5, -1],
    [0, -1, 0],
  ],
  boxBlur: [
    [1 / 9, 1 / 9, 1 / 9],
    [1 / 9, 1 / 9, 1 / 9],
    [1 / 9, 1 / 9, 1 / 9],
  ],
  emboss: [
    [-2, -1, 0],
    [-1, 1, 1],
    [0, 1, 2],
  ],
} as const satisfies Readonly<Record<string, Kernel>>;

/** How a picture goes through a kernel. */
export interface FilterOptions {
  /**
   * Rows of weights, or a name: `edges`, `sobelX`, `sobelY`, `scharrX`, `scharrY`, `prewittX`, `prewittY`,
   * `laplacian`, `sharpen`, `boxBlur`, `emboss`.
   */
  readonly kernel: keyof typeof kernels | Kernel;
  /** What lies beyond the border: `same`, `valid`, `symmetric`, `reflect` or `nearest`. Default: `reflect`. */
  readonly border?: Border;
  /** What is added to every sum: 128 shows negative sums of bytes. Default: 0. */
  readonly offset?: number;
}

const filterNames: OptionNames<FilterOptions> = { kernel: true, border: true, offset: true };

/**
 * Each pixel as the weighted sum of those around it, channel by channel: `[H, W, C] → [H, W, C]`, and with `valid`
 * `[H − K + 1, W − L + 1, C]` for a kernel of K rows and L columns. Bytes give bytes, rounded and cut to 0…255;
 * floats keep negative sums. OpenCV's `filter2D` gives the same with its border `BORDER_REFLECT_101`.
 *
 * @throws ShapeError where it is no picture or the kernel is larger, ConfigError where an option cannot be used.
 * @example const outline = images.filter(images.grayscale(photo), { kernel: "edges" });
 */
export function filter<T extends Pixels>(image: Tensor<T>, options: FilterOptions): Tensor<T> {
  requireKnownOptions("images.filter", options, filterNames, '{ kernel: "sharpen" }');
  const { kernel, border = "reflect", offset = 0 } = options;
  const batch = imageBatch("images.filter", image);
  const rows = kernelOf(kernel);
  requireBorder(border);
  requireNumber("offset", offset);
  const size = [rows.length, rows[0].length] as const;
  const sums = weighed(batch, Float64Array.from(rows.flat()), size, border, "images.filter");
  return { data: asPixels(sums.data, batch.data, offset), shape: sums.shape };
}

function kernelOf(kernel: unknown): Kernel {
  if (typeof kernel === "string") return lookUp<Kernel>(kernels, kernel, "kernel");
  const isRow = (row: unknown) =>
    Array.isArray(row) && row.length > 0 && row.every((weight) => Number.isFinite(weight));
  const fits =
    Array.isArray(kernel) &&
    kernel.length > 0 &&
    kernel.every((row) => isRow(row) && row.length === kernel[0].length);
  requireOption("kernel", kernel, fits, "a name, or rows of finite numbers, all of one length");
  return kernel as Kernel;
}

/** Sums in f64, before they become pixels. */
interface Sums {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

function weighed(
  batch: Omit<ImageBatch, "data"> & { readonly data: Pixels | Float64Array },
  weights: Float64Array,
  [kernelRows, kernelColumns]: readonly [number, number],
  border: Border,
  call: string,
): Sums {
  const { count, height, width, channels } = batch;
  // One type of numbers: engines compile the loop for it.
  const data = Float64Array.from(batch.data);
  const isValid = border === "valid";
  const rows = isValid ? height - kernelRows + 1 : height;
  const columns = isValid ? width - kernelColumns + 1 : width;
  if (rows < 1 || columns < 1) {
    throw new ShapeError({
      what: `${call}: The kernel is larger than the picture.`,
      expected: `at most ${height} x ${width}`,
      received: `${kernelRows} x ${kernelColumns}`,
    });
  }
  const [top, left] = isValid ? [0, 0] : [kernelRows >> 1, kernelColumns >> 1];
  // Where the number lies that each number of a row is weighed with, for each column of the kernel.
  const size = columns * channels;
  const places = Array.from({ length: kernelColumns }, (_, kx) =>
    Int32Array.from({ length: size }, (_, i) => {
      const column = placeOf(Math.floor(i / channels) + kx - left, width, border);
      return column < 0 ? -1 : column * channels + (i % channels);
    }),
  );
  const result = new Float64Array(count * rows * size);
  for (let line = 0; line < count * rows; line++) {
    const [n, y] = [Math.floor(line / rows), line % rows];
    for (let ky = 0; ky < kernelRows; ky++) {
      const row = placeOf(y + ky - top, height, border);
      if (row < 0) continue;
      const from = (n * height + row) * width * channels;
      for (let kx = 0; kx < kernelColumns; kx++) {
        const weight = weights[ky * kernelColumns + kx];
        if (weight !== 0) addWeighed(data, from, places[kx], weight, result, line * size);
      }
    }
  }
  return { data: result, shape: batch.shapeOf(rows, columns) };
}

function addWeighed(
  data: Float64Array,
  from: number,
  places: Int32Array,
  weight: number,
  result: Float64Array,
  to: number,
): void {
  for (let i = 0; i < places.length; i++) {
    if (places[i] >= 0) result[to + i] += weight * data[from + places[i]];
  }
}

function asPixels<T extends Pixels>(sums: Float64Array, like: T, offset: number): T {
  const result = emptyLike(like, sums.length);
  const isBytes = like instanceof Uint8Array;
  for (let i = 0; i < sums.length; i++) {
    result[i] = isBytes ? byteOf(sums[i] + offset) : sums[i] + offset;
  }
  return result;
}

/** How pictures are blurred. */
export interface GaussianBlurOptions {
  /** The deviation of the bell, in pixels: one number, or that of rows and that of columns. Above 0. */
  readonly sigma: number | readonly [rows: number, columns: number];
  /**
   * How many pixels count in each direction, an odd number, or those of rows and of columns. Default: all within
   * four deviations, `2 · ⌈4 · sigma⌉ + 1`.
   */
  readonly kernelSize?: number | readonly [rows: number, columns: number];
  /** What lies beyond the border. Default: `reflect`, as in OpenCV and torchvision. */
  readonly border?: Border;
}

const blurNames: OptionNames<GaussianBlurOptions> = { sigma: true, kernelSize: true, border: true };

/**
 * Pictures blurred by a bell of a given width, channel by channel. Bytes give bytes.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const soft = images.gaussianBlur(photo, { sigma: 2 });
 */
export function gaussianBlur<T extends Pixels>(
  image: Tensor<T>,
  options: GaussianBlurOptions,
): Tensor<T> {
  requireKnownOptions("images.gaussianBlur", options, blurNames, "{ sigma: 2 }");
  const { sigma, kernelSize, border = "reflect" } = options;
  const batch = imageBatch("images.gaussianBlur", image);
  const [down, across] = both(sigma);
  requireNumber("sigma", down, { above: 0, most: 1000 });
  requireNumber("sigma", across, { above: 0, most: 1000 });
  requireBorder(border);
  const [rows, columns] =
    kernelSize === undefined
      ? [down, across].map((s) => 2 * Math.ceil(4 * s) + 1)
      : both(kernelSize);
  for (const size of [rows, columns]) {
    requireWhole("kernelSize", size);
    requireOption("kernelSize", size, size % 2 === 1, "an odd number");
  }
  const call = "images.gaussianBlur";
  const first = weighed(batch, bell(across, columns), [1, columns], border, call);
  const width = border === "valid" ? batch.width - columns + 1 : batch.width;
  const inner = imageShape(batch, width);
  const second = weighed({ ...inner, data: first.data }, bell(down, rows), [rows, 1], border, call);
  return { data: asPixels(second.data, batch.data, 0), shape: second.shape };
}

const both = (value: number | readonly [number, number]): readonly [number, number] =>
  typeof value === "number" ? [value, value] : [value?.[0], value?.[1]];

function imageShape({ count, height, channels, shapeOf }: ImageBatch, width: number) {
  return { count, height, width, channels, shapeOf };
}

/** `exp(−x² / 2σ²)` at whole numbers around 0, brought to a sum of 1. */
function bell(sigma: number, size: number): Float64Array {
  const middle = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - middle) ** 2) / (2 * sigma * sigma)),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
