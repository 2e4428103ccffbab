// The two passes of every resizing: along rows, then along columns. Bytes are weighed with whole numbers, as
// Pillow does, which gives its results to the bit; floats in f64.

import { emptyLike, type Pixels } from "./image-batch.ts";
import type { LineWeights } from "./resample.ts";

/** Rows of pixels: `count · height` of them, each `width · channels` numbers. */
export interface Lines<T extends Pixels> {
  readonly data: T;
  readonly rows: number;
  readonly width: number;
  readonly channels: number;
}

/** Bits behind the point of a weight: 8 bits of pixel and 2 of sums that overshoot leave these. */
const precision = 22;
const half = 1 << (precision - 1);

const asByte = (sum: number) => (sum < 0 ? 0 : sum >= 256 << precision ? 255 : sum >> precision);

/** Weights as whole numbers of 2⁻²², halves away from 0. */
function wholeWeights({ weights }: LineWeights): Int32Array {
  return Int32Array.from(weights, (weight) =>
    Math.trunc((weight < 0 ? -0.5 : 0.5) + weight * 2 ** precision),
  );
}

/** Rows of `weights.starts.length` pixels. */
export function resizeRows<T extends Pixels>(lines: Lines<T>, weights: LineWeights): Lines<T> {
  const { data, rows, width, channels } = lines;
  const length = weights.starts.length;
  const result = emptyLike(data, rows * length * channels);
  const isBytes = data instanceof Uint8Array;
  const factors = isBytes ? wholeWeights(weights) : weights.weights;
  for (let i = 0; i < length; i++) {
    const first = weights.starts[i] * channels;
    const count = weights.counts[i];
    const at = i * weights.width;
    for (let row = 0; row < rows; row++) {
      const from = row * width * channels + first;
      const to = (row * length + i) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = isBytes ? half : 0;
        for (let k = 0; k < count; k++) sum += data[from + k * channels + c] * factors[at + k];
        result[to + c] = isBytes ? asByte(sum) : sum;
      }
    }
  }
  return { data: result, rows, width: length, channels };
}

/** As many rows as there are weights, for each of `count` pictures that lie one below the other. */
export function resizeColumns<T extends Pixels>(
  lines: Lines<T>,
  weights: LineWeights,
  count: number,
): Lines<T> {
  const { data, rows, width, channels } = lines;
  const size = width * channels;
  const height = rows / count;
  const length = weights.starts.length;
  const result = emptyLike(data, count * length * size);
  const isBytes = data instanceof Uint8Array;
  const factors = isBytes ? wholeWeights(weights) : weights.weights;
  const sums = isBytes ? new Int32Array(size) : new Float64Array(size);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < length; i++) {
      sums.fill(isBytes ? half : 0);
      for (let k = 0; k < weights.counts[i]; k++) {
        const factor = factors[i * weights.width + k];
        const from = (n * height + weights.starts[i] + k) * size;
        for (let x = 0; x < size; x++) sums[x] += data[from + x] * factor;
      }
      const to = (n * length + i) * size;
      for (let x = 0; x < size; x++) result[to + x] = isBytes ? asByte(sums[x]) : sums[x];
    }
  }
  return { data: result, rows: count * length, width, channels };
}
