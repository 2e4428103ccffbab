// Edges one pixel wide.

import {
  type OptionNames,
  requireFlag,
  requireKnownOptions,
  requireNumber,
  requireOption,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import { placeOf } from "./borders.ts";
import type { Pixels } from "./image-batch.ts";
import { type LevelRange, levelsOf, valueRangeNames } from "./value-range.ts";

/** What counts as an edge. */
export interface CannyOptions extends LevelRange {
  /** Steps in brightness of more than this belong to an edge where they touch a stronger one. */
  readonly low: number;
  /** Steps of more than this are edges by themselves. */
  readonly high: number;
  /** Whether a step is √(x² + y²), instead of |x| + |y|, of its two directions. Default: false. */
  readonly l2Gradient?: boolean;
}

const known: OptionNames<CannyOptions> = {
  ...valueRangeNames,
  low: true,
  high: true,
  l2Gradient: true,
};

/**
 * Edges of pictures: `[…, H, W, C] → […, H, W, 1]`, white (255, or the upper end of `valueRange`) where there is one
 * and black elsewhere. Of several channels the one with the largest step counts at each pixel. As OpenCV's `Canny`
 * with an aperture of 3; blur noisy pictures first. Canny, 1986.
 *
 * @throws ShapeError where it is no picture, ConfigError where an option cannot be used.
 * @example const edges = images.canny(images.gaussianBlur(photo, { sigma: 1 }), { low: 50, high: 150 });
 */
export function canny<T extends Pixels>(image: Tensor<T>, options: CannyOptions): Tensor<T> {
  requireKnownOptions("images.canny", options, known, "{ low: 50, high: 150 }");
  const { low, high, l2Gradient = false } = options;
  requireNumber("low", low, { least: 0 });
  requireNumber("high", high, { least: 0 });
  requireOption("high", high, high >= low, "a number of at least low");
  requireFlag("l2Gradient", l2Gradient);
  const { batch, restore } = levelsOf("images.canny", image, options);
  const { data, count, height, width, channels, shapeOf } = batch;
  const size = height * width * channels;
  // Squares are compared where lengths are squares.
  const asStep = (limit: number) => Math.floor(l2Gradient ? limit * limit : limit);
  const result = new Uint8Array(count * height * width);
  for (let n = 0; n < count; n++) {
    const plane = data.subarray(n * size, (n + 1) * size);
    const steps = stepsOf(plane, height, width, channels, l2Gradient);
    const edges = thinned(steps, height, width, asStep(low));
    followed(edges, steps.length, width, asStep(high));
    for (let i = 0; i < height * width; i++)
      result[n * height * width + i] = edges[i] === strong ? 255 : 0;
  }
  return restore(result, { data: image.data, shape: shapeOf(height, width, 1) });
}

/** Steps in brightness at each pixel. */
interface Steps {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** Lengths, or their squares. */
  readonly length: Int32Array;
}

/** Sobel's differences; beyond the border the outermost pixels repeat. */
function stepsOf(
  plane: Uint8Array,
  height: number,
  width: number,
  channels: number,
  l2Gradient: boolean,
): Steps {
  const x = new Int32Array(height * width);
  const y = new Int32Array(height * width);
  const length = new Int32Array(height * width).fill(-1);
  const size = width * channels;
  for (let row = 0; row < height; row++) {
    const own = row * size;
    const above = placeOf(row - 1, height, "nearest") * size;
    const below = placeOf(row + 1, height, "nearest") * size;
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      for (let c = 0; c < channels; c++) {
        const middle = column * channels + c;
        const left = column === 0 ? middle : middle - channels;
        const right = column === width - 1 ? middle : middle + channels;
        const upper = plane[above + right] - plane[above + left];
        const lower = plane[below + right] - plane[below + left];
        const across = upper + 2 * (plane[own + right] - plane[own + left]) + lower;
        const first = plane[below + left] - plane[above + left];
        const last = plane[below + right] - plane[above + right];
        const down = first + 2 * (plane[below + middle] - plane[above + middle]) + last;
        const step = l2Gradient ? across * across + down * down : Math.abs(across) + Math.abs(down);
        if (step <= length[i]) continue;
        x[i] = across;
        y[i] = down;
        length[i] = step;
      }
    }
  }
  return { x, y, length };
}

const none = 0;
const weak = 1;
const strong = 2;

/** tan 22.5° in 2⁻¹⁵, as OpenCV has it. */
const tangent = 13573;

/** Pixels whose step is above `low`, and the largest across its edge. */
function thinned(steps: Steps, height: number, width: number, low: number): Uint8Array {
  const edges = new Uint8Array(height * width);
  const lengthAt = (row: number, column: number) =>
    row < 0 || row >= height || column < 0 || column >= width
      ? 0
      : steps.length[row * width + column];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      const own = steps.length[i];
      if (own <= low) continue;
      const across = Math.abs(steps.x[i]);
      const down = Math.abs(steps.y[i]) * 2 ** 15;
      const flat = across * tangent;
      const steep = flat + across * 2 ** 16;
      const slant = (steps.x[i] ^ steps.y[i]) < 0 ? -1 : 1;
      const isLargest =
        down < flat
          ? own > lengthAt(row, column - 1) && own >= lengthAt(row, column + 1)
          : down > steep
            ? own > lengthAt(row - 1, column) && own >= lengthAt(row + 1, column)
            : own > lengthAt(row - 1, column - slant) && own > lengthAt(row + 1, column + slant);
      edges[i] = isLargest ? weak : none;
    }
  }
  return edges;
}

/** Marks as strong what is above `high`, and all that touches it, also by its corners. */
function followed(edges: Uint8Array, length: Int32Array, width: number, high: number): void {
  const open: number[] = [];
  for (let i = 0; i < edges.length; i++) {
    if (edges[i] !== weak || length[i] <= high) continue;
    edges[i] = strong;
    open.push(i);
  }
  for (let i = open.pop(); i !== undefined; i = open.pop()) {
    const column = i % width;
    for (const dy of [-width, 0, width]) {
      for (let dx = column === 0 ? 0 : -1; dx <= (column === width - 1 ? 0 : 1); dx++) {
        const neighbour = i + dy + dx;
        if (edges[neighbour] !== weak) continue;
        edges[neighbour] = strong;
        open.push(neighbour);
      }
    }
  }
}
