// The directions in which rows of numbers differ most: principal component analysis, by subspace iteration on a block of
// random directions (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011), repeated until it is exact.

import { DataError } from "../core/errors.ts";
import {
  type OptionNames,
  requireKnownOptions,
  requireRecord,
  requireWhole,
} from "../core/option.ts";
import { RandomStream } from "../core/random.ts";
import { formatShape } from "../core/shape.ts";
import { symmetricEigen } from "../core/symmetric-eigen.ts";
import type { Tensor } from "../core/tensor.ts";

/** Options of `principalComponents`. */
export interface PrincipalComponentsOptions {
  /** How many directions. Default: 2. */
  readonly components?: number;
}

const optionNames: OptionNames<PrincipalComponentsOptions> = { components: true };

/** Rows of numbers along the directions in which they differ most. */
export interface PrincipalComponents {
  /** `[N, components]`: where each row lies along each direction. */
  readonly points: Tensor<Float64Array>;
  /** `[components, D]`: the directions, of length 1; the largest number of each is positive. */
  readonly directions: Tensor<Float64Array>;
  /** The variance along each direction as a share of all variance. */
  readonly shares: readonly number[];
}

/** Random directions besides those that are wanted: they make the iteration fast. */
const spare = 8;

/** When a direction is good enough. */
interface Effort {
  readonly mostSweeps: number;
  /** How far a direction may be from its own image, as a share of the largest variance. */
  readonly precision: number;
}

const exact: Effort = { mostSweeps: 300, precision: 1e-9 };
const rough: Effort = { mostSweeps: 3, precision: 1e-3 };

/**
 * Principal components: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
 *
 * @param rows `[N, D]`, or `[N, …]`, at least two rows.
 * @throws DataError where there are fewer rows or numbers than components, or numbers that are not finite.
 * @example const { points, shares } = principalComponents(features);
 */
export function principalComponents(
  rows: Tensor,
  options: PrincipalComponentsOptions = {},
): PrincipalComponents {
  requireKnownOptions("principalComponents", options, optionNames);
  const { components = 2 } = options;
  requireWhole("components", components);
  return leading(rows, components, exact);
}

/** Directions in which rows differ much, if not exactly the most: for what only needs fewer numbers a row. */
export function roughComponents(rows: Tensor, components: number): PrincipalComponents {
  return leading(rows, components, rough);
}

function leading(rows: Tensor, components: number, effort: Effort): PrincipalComponents {
  const table = centred(rows, components);
  const { count, width } = table;
  const block = Math.min(count, width, components + spare);
  let basis = orthonormal(randomBlock(width, block), width, block);
  for (let sweep = 0; ; sweep++) {
    const image = sweepOver(table, basis, block);
    const { vectors, values } = symmetricEigen(product(basis, image, width, block), block);
    const found = combined(basis, vectors, width, block, components);
    const moved = combined(image, vectors, width, block, components);
    const isGood = isSettled(found, moved, values, { width, components, ...effort });
    if (isGood || sweep === effort.mostSweeps) {
      return resultOf(table, found, values, components);
    }
    basis = orthonormal(image, width, block);
  }
}

/** Rows without their mean. */
interface Table {
  readonly count: number;
  readonly width: number;
  readonly data: Float64Array;
  /** The sum of all squares. */
  readonly total: number;
}

function centred(rows: Tensor, components: number): Table {
  const asked = "a tensor [N, D]";
  requireRecord("principalComponents: The rows cannot be used.", rows, ["data", "shape"], asked);
  const [count] = rows.shape;
  const width = rows.data.length / count;
  if (!(count >= 2) || Math.min(count, width) < components) {
    throw new DataError({
      what: `principalComponents cannot find ${components} directions.`,
      expected: `at least ${Math.max(2, components)} rows of at least ${components} numbers`,
      received: formatShape(rows.shape),
    });
  }
  const data = Float64Array.from(rows.data, Number);
  const broken = data.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) {
    throw new DataError({
      what: `principalComponents: Row ${Math.floor(broken / width)} has a number that is not finite.`,
      expected: "finite numbers",
      received: String(data[broken]),
    });
  }
  let total = 0;
  for (let column = 0; column < width; column++) {
    let mean = 0;
    for (let i = column; i < data.length; i += width) mean += data[i] / count;
    for (let i = column; i < data.length; i += width) {
      data[i] -= mean;
      total += data[i] ** 2;
    }
  }
  return { count, width, data, total };
}

/** Blocks are stored row by row, `[width, block]`. */
function randomBlock(width: number, block: number): Float64Array {
  const random = new RandomStream(0);
  return Float64Array.from({ length: width * block }, () => random.word() / 2 ** 31 - 1);
}

/** The block times the rows and back: Xᵀ X B. */
function sweepOver({ count, width, data }: Table, basis: Float64Array, block: number) {
  const image = new Float64Array(width * block);
  const along = new Float64Array(block);
  for (let row = 0; row < count; row++) {
    const start = row * width;
    along.fill(0);
    for (let i = 0; i < width; i++) {
      const value = data[start + i];
      if (value === 0) continue;
      for (let j = 0; j < block; j++) along[j] += value * basis[i * block + j];
    }
    for (let i = 0; i < width; i++) {
      const value = data[start + i];
      if (value === 0) continue;
      for (let j = 0; j < block; j++) image[i * block + j] += value * along[j];
    }
  }
  return image;
}

/** Columns at right angles and of length 1, by Gram and Schmidt, twice. Columns that vanish stay 0. */
function orthonormal(block: Float64Array, width: number, columns: number): Float64Array {
  const result = block.slice();
  for (let j = 0; j < columns; j++) {
    const before = lengthOf(result, j, width, columns);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let share = 0;
        for (let i = 0; i < width; i++) share += result[i * columns + j] * result[i * columns + k];
        for (let i = 0; i < width; i++) result[i * columns + j] -= share * result[i * columns + k];
      }
    }
    const length = lengthOf(result, j, width, columns);
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let i = 0; i < width; i++) result[i * columns + j] *= scale;
  }
  return result;
}

function lengthOf(block: Float64Array, column: number, width: number, columns: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += block[i * columns + column] ** 2;
  return Math.sqrt(sum);
}

/** `leftᵀ right`, `[block, block]`. */
function product(left: Float64Array, right: Float64Array, width: number, block: number) {
  const result = new Float64Array(block * block);
  for (let i = 0; i < width; i++) {
    for (let a = 0; a < block; a++) {
      for (let b = 0; b < block; b++) {
        result[a * block + b] += left[i * block + a] * right[i * block + b];
      }
    }
  }
  return result;
}

/** The first columns of `block · vectors`, as rows `[components, width]`. */
function combined(
  block: Float64Array,
  vectors: Float64Array,
  width: number,
  columns: number,
  components: number,
): Float64Array {
  return Float64Array.from({ length: components * width }, (_, at) => {
    const [component, i] = [Math.floor(at / width), at % width];
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      sum += block[i * columns + j] * vectors[j * columns + component];
    }
    return sum;
  });
}

/** Whether each direction only gets longer, and no longer turns. */
function isSettled(
  found: Float64Array,
  moved: Float64Array,
  values: readonly number[],
  {
    width,
    components,
    precision,
  }: Effort & { readonly width: number; readonly components: number },
): boolean {
  for (let component = 0; component < components; component++) {
    let rest = 0;
    for (let i = component * width; i < (component + 1) * width; i++) {
      rest += (moved[i] - values[component] * found[i]) ** 2;
    }
    if (Math.sqrt(rest) > precision * values[0]) return false;
  }
  return true;
}

function resultOf(
  { count, width, data, total }: Table,
  found: Float64Array,
  values: readonly number[],
  components: number,
): PrincipalComponents {
  for (let component = 0; component < components; component++) {
    const direction = found.subarray(component * width, (component + 1) * width);
    const largest = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
    if (largest < 0) direction.set(direction.map((value) => -value));
  }
  const points = Float64Array.from({ length: count * components }, (_, at) => {
    const [row, component] = [Math.floor(at / components), at % components];
    let sum = 0;
    for (let i = 0; i < width; i++) sum += data[row * width + i] * found[component * width + i];
    return sum;
  });
  return {
    points: { data: points, shape: [count, components] },
    directions: { data: found, shape: [components, width] },
    shares: values.slice(0, components).map((value) => (total === 0 ? 0 : value / total)),
  };
}
