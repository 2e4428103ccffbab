// The two passes of every resizing: along rows, then along columns. Bytes are weighed with whole numbers, as
// Pillow does, which gives its results to the bit; floats in f64. Each type has loops of its own, which engines
// compile well. For bytes resize-kernel.ts is faster, where it runs.

import type { Pixels } from "./image-batch.ts";
import type { LineWeights } from "./resample.ts";
import { half, precision, wholeWeights } from "./whole-weights.ts";

/** Rows of pixels: each `width · channels` numbers. */
export interface Lines<T extends Pixels> {
  readonly data: T;
  readonly rows: number;
  readonly width: number;
  readonly channels: number;
}

/** A sum of weighed bytes as a byte. */
function asByte(sum: number): number {
  const byte = sum >> precision;
  return byte < 0 ? 0 : byte > 255 ? 255 : byte;
}

/** Rows of as many pixels as there are weights. */
export function resizeRows<T extends Pixels>(lines: Lines<T>, weights: LineWeights): Lines<T> {
  const { data, rows, channels } = lines;
  const length = weights.starts.length;
  const size = rows * length * channels;
  const result =
    data instanceof Uint8Array
      ? rowsOfBytes({ ...lines, data }, weights, new Uint8Array(size))
      : rowsOfFloats({ ...lines, data }, weights, new Float32Array(size));
  return { data: result as T, rows, width: length, channels };
}

function rowsOfBytes(
  { data, rows, width, channels }: Lines<Uint8Array>,
  weights: LineWeights,
  result: Uint8Array,
): Uint8Array {
  const { starts, counts, width: most } = weights;
  const factors = wholeWeights(weights);
  const length = starts.length;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      const at = i * most;
      const count = counts[i];
      let from = (row * width + starts[i]) * channels;
      let to = (row * length + i) * channels;
      for (let c = 0; c < channels; c++, from++, to++) {
        let sum = half;
        for (let k = 0; k < count; k++) sum += data[from + k * channels] * factors[at + k];
        result[to] = asByte(sum);
      }
    }
  }
  return result;
}

function rowsOfFloats(
  { data, rows, width, channels }: Lines<Float32Array>,
  { starts, counts, weights, width: most }: LineWeights,
  result: Float32Array,
): Float32Array {
  const length = starts.length;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) {
      const at = i * most;
      let from = (row * width + starts[i]) * channels;
      let to = (row * length + i) * channels;
      for (let c = 0; c < channels; c++, from++, to++) {
        let sum = 0;
        for (let k = 0; k < counts[i]; k++) sum += data[from + k * channels] * weights[at + k];
        result[to] = sum;
      }
    }
  }
  return result;
}

/** As many rows as there are weights, for each of `count` pictures that lie one below the other. */
export function resizeColumns<T extends Pixels>(
  lines: Lines<T>,
  weights: LineWeights,
  count: number,
): Lines<T> {
  const { data, rows, width, channels } = lines;
  const [height, length, size] = [rows / count, weights.starts.length, width * channels];
  const result =
    data instanceof Uint8Array
      ? new Uint8Array(count * length * size)
      : new Float32Array(count * length * size);
  for (let n = 0; n < count; n++) {
    const from = data.subarray(n * height * size, (n + 1) * height * size);
    const to = result.subarray(n * length * size, (n + 1) * length * size);
    if (from instanceof Uint8Array) columnsOfBytes(from, weights, size, to as Uint8Array);
    else columnsOfFloats(from, weights, size, to as Float32Array);
  }
  return { data: result as T, rows: count * length, width, channels };
}

function columnsOfBytes(
  data: Uint8Array,
  weights: LineWeights,
  size: number,
  result: Uint8Array,
): void {
  const { starts, counts, width: most } = weights;
  const factors = wholeWeights(weights);
  const sums = new Int32Array(size);
  for (let i = 0; i < starts.length; i++) {
    sums.fill(half);
    for (let k = 0; k < counts[i]; k++) {
      const factor = factors[i * most + k];
      const from = (starts[i] + k) * size;
      for (let x = 0; x < size; x++) sums[x] += Math.imul(data[from + x], factor);
    }
    for (let x = 0; x < size; x++) result[i * size + x] = asByte(sums[x]);
  }
}

function columnsOfFloats(
  data: Float32Array,
  { starts, counts, weights, width: most }: LineWeights,
  size: number,
  result: Float32Array,
): void {
  const sums = new Float64Array(size);
  for (let i = 0; i < starts.length; i++) {
    sums.fill(0);
    for (let k = 0; k < counts[i]; k++) {
      const factor = weights[i * most + k];
      const from = (starts[i] + k) * size;
      for (let x = 0; x < size; x++) sums[x] += data[from + x] * factor;
    }
    for (let x = 0; x < size; x++) result[i * size + x] = sums[x];
  }
}
