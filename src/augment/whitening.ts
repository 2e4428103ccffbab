// The statistics that `imageDataGenerator` learns from examples: mean and standard deviation of each channel,
// and the matrix that makes pixels uncorrelated (ZCA). All in f64.

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
  const { values, vectors } = eigenvectors(gram, size);
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

/** Rounds of rotations after which nothing is left to turn. */
const mostSweeps = 30;

/** Eigenvalues of a symmetric matrix, and its eigenvectors in columns. Jacobi's method, 1846. */
export function eigenvectors(
  matrix: Float64Array,
  size: number,
): { values: number[]; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let left = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) left += a[p * size + q] ** 2;
    }
    if (Math.sqrt(left) <= 1e-14 * scale) break;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) turn(a, vectors, size, p, q);
    }
  }
  return { values: Array.from({ length: size }, (_, i) => a[i * size + i]), vectors };
}

/** Turns the axes p and q until nothing links them. */
function turn(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const link = a[p * size + q];
  if (link === 0) return;
  const slope = (a[q * size + q] - a[p * size + p]) / (2 * link);
  const t = Math.sign(slope || 1) / (Math.abs(slope) + Math.sqrt(slope * slope + 1));
  const cosine = 1 / Math.sqrt(t * t + 1);
  const sine = t * cosine;
  const mix = (values: Float64Array, first: number, second: number) => {
    const [x, y] = [values[first], values[second]];
    values[first] = cosine * x - sine * y;
    values[second] = sine * x + cosine * y;
  };
  for (let k = 0; k < size; k++) mix(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) mix(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) mix(vectors, k * size + p, k * size + q);
}
