// The statistics that `imageDataGenerator` learns from examples: mean and standard deviation of each channel,
// and the matrix that makes pixels uncorrelated (ZCA). All in f64.

import { symmetricEigen } from "../core/symmetric-eigen.ts";

/** Mean and standard deviation of each channel, over all pixels in `data [N, H, W, C]`. */
export function channelStatistics(
  data: ArrayLike<number>,
  channels: number,
): { mean: number[]; std: number[] } {
  const count = data.length / channels;
  const mean = new Array<number>(channels).fill(0);
  const std = new Array<number>(channels).fill(0);
  for (let i = 0; i < data.length; i++) mean[i % channels] += data[i] / count;
  for (let i = 0; i < data.length; i++) {
    std[i % channels] += (data[i] - mean[i % channels]) ** 2 / count;
  }
  return { mean, std: std.map(Math.sqrt) };
}

/**
 * The matrix `[D, D]` that makes `rows [N, D]` uncorrelated and changes them as little as can be: `U diag(√N /
 * (s + epsilon)) Uᵀ` for singular vectors U and values s. Bell and Sejnowski, Vision Research 1997.
 */
export function whiteningMatrix(rows: Float64Array, count: number, epsilon: number): Float64Array {
  const length = rows.length / count;
  const isWide = length > count;
  const size = Math.min(length, count);
  const gram = isWide ? products(rows, count, length) : correlations(rows, count, length);
  const { values, vectors } = symmetricEigen(gram, size);
  const result = new Float64Array(length * length);
  const direction = new Float64Array(length);
  for (let k = 0; k < size; k++) {
    const singular = Math.sqrt(Math.max(0, values[k]));
    if (isWide && singular <= 1e-9 * Math.sqrt(Math.max(...values))) continue;
    direction.fill(0);
    for (let i = 0; i < size; i++) {
      const weight = vectors[i * size + k];
      if (!isWide) direction[i] = weight;
      else
        for (let j = 0; j < length; j++) direction[j] += (weight * rows[i * length + j]) / singular;
    }
    const factor = Math.sqrt(count) / (singular + epsilon);
    for (let i = 0; i < length; i++) {
      const scaled = factor * direction[i];
      for (let j = 0; j < length; j++) result[i * length + j] += scaled * direction[j];
    }
  }
  return result;
}

/** Every row with every row: `[N, N]`. */
function products(rows: Float64Array, count: number, length: number): Float64Array {
  const result = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += rows[i * length + k] * rows[j * length + k];
      result[i * count + j] = sum;
      result[j * count + i] = sum;
    }
  }
  return result;
}

/** Every column with every column: `[D, D]`. */
function correlations(rows: Float64Array, count: number, length: number): Float64Array {
  const result = new Float64Array(length * length);
  for (let n = 0; n < count; n++) {
    const row = rows.subarray(n * length, (n + 1) * length);
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) result[i * length + j] += row[i] * row[j];
    }
  }
  return result;
}
