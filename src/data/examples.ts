// Examples: inputs and the targets that belong to them, row by row. What datasets give and training
// takes. Knows no file, no model and no loss.

import type { NumericArray } from "../core/dtype.ts";
import { DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** `N` inputs with their targets; row `i` of `y` belongs to row `i` of `x`. */
export interface Examples {
  /**
   * `[N, …]`, for images `[N, H, W, C]`. A u8 image holds 0 to 255;
   * f32 is kept.
   */
  readonly x: Tensor<Uint8Array | Float32Array>;
  /** `[N]` class numbers, `[N, K]` one-hot rows, or whatever the loss expects. */
  readonly y: Tensor<Int32Array | Uint8Array | Float32Array>;
  /** How much each example counts, `[N]`, or each place of a target, `[N, …]`. Default: 1. */
  readonly sampleWeights?: Tensor<Float32Array>;
  /** The name of class `i` at index `i`. */
  readonly classNames?: readonly string[];
}

/** Examples in arrays of any numbers, as people may hand them in. */
export interface AnyExamples extends Pick<Examples, "classNames"> {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly sampleWeights?: Tensor;
}

/** How many examples there are: `N`. */
export function countExamples(examples: Examples): number {
  return examples.x.shape[0];
}

/**
 * The examples from index `from` up to, not including, `to`: views, nothing is copied.
 * `[N, …] → [to - from, …]`
 *
 * @throws DataError where the range is not inside 0 to N.
 * @example const lastTenth = sliceExamples(train, 54_000, 60_000);
 */
export function sliceExamples(examples: Examples, from: number, to: number): Examples {
  if (typeof examples?.x?.shape?.[0] !== "number" || examples.y === undefined) {
    throw new DataError({
      what: "What is to be sliced are no examples.",
      expected: "{ x, y }: the inputs, and the targets that belong to them",
      received: examples === null ? "null" : typeof examples,
    });
  }
  const count = countExamples(examples);
  const inside = [from, to].every(Number.isInteger) && from >= 0 && from <= to && to <= count;
  if (!inside) {
    throw new DataError({
      what: "The slice lies outside the examples.",
      expected: `whole numbers, 0 <= from <= to <= ${count}`,
      received: `from ${String(from)} to ${String(to)}`,
    });
  }
  const { x, y, sampleWeights } = examples;
  const weights =
    sampleWeights === undefined ? {} : { sampleWeights: sliceRows(sampleWeights, from, to) };
  return { ...examples, x: sliceRows(x, from, to), y: sliceRows(y, from, to), ...weights };
}

type Rows = Uint8Array | Int32Array | Float32Array;

function sliceRows<T extends Rows>(
  { data, shape }: Tensor<T>,
  from: number,
  to: number,
): Tensor<T> {
  const rowShape = shape.slice(1);
  const rowSize = sizeOf(rowShape);
  const view = data.subarray(from * rowSize, to * rowSize) as T;
  return { data: view, shape: [to - from, ...rowShape] };
}

/** The rows with these numbers, copied: `[N, …] → [rows, …]`. */
export function takeRows<T extends Rows>(
  { data, shape }: Tensor<T>,
  rows: ArrayLike<number>,
): Tensor<T> {
  const rowShape = shape.slice(1);
  const size = sizeOf(rowShape);
  const taken = new (data.constructor as new (length: number) => T)(rows.length * size);
  for (let i = 0; i < rows.length; i++) {
    taken.set(data.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
  }
  return { data: taken, shape: [rows.length, ...rowShape] };
}

/**
 * Checks what every user of examples relies on: `x` is `[N, …]`, `y` has as many rows, there is at
 * least one, and class numbers have a name where names are given. `name` opens the message.
 *
 * @throws DataError at the first thing that is wrong.
 * @example checkExamples({ x, y }, "The validation set");
 */
export function checkExamples(examples: AnyExamples, name = "The set of examples"): void {
  const { x, y, sampleWeights, classNames } = examples;
  checkFilled(x, `${name}: x`);
  checkFilled(y, `${name}: y`);
  if (x.shape.length === 0) {
    throw new DataError({
      what: `${name} has an x that is a single number.`,
      expected: "[N, …], for images [N, H, W, C]",
      received: formatShape(x.shape),
      fix: "Give it a first axis that counts the examples.",
    });
  }
  if (x.shape[0] !== y.shape[0]) {
    throw new DataError({
      what: `${name} does not have one target for each input.`,
      expected: `${x.shape[0]} targets, one for each input of ${formatShape(x.shape)}`,
      received: y.shape.length === 0 ? "a single number" : `${y.shape[0]} targets`,
      fix: "Take x and y from the same set.",
    });
  }
  if (sizeOf(x.shape) === 0) {
    throw new DataError({
      what: `${name} is empty.`,
      expected: "at least one example",
      received: formatShape(x.shape),
    });
  }
  if (sampleWeights !== undefined) checkWeights(sampleWeights, x.shape[0], name);
  if (classNames !== undefined && y.shape.length === 1) checkClasses(y.data, classNames, name);
}

function checkFilled({ data, shape }: Tensor, name: string): void {
  if (sizeOf(shape) === data.length) return;
  throw new DataError({
    what: `${name} does not fill its shape.`,
    expected: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
    received: `${data.length} elements`,
  });
}

function checkWeights(weights: Tensor, count: number, name: string): void {
  checkFilled(weights, `${name}: sampleWeights`);
  if (weights.shape[0] === count) return;
  throw new DataError({
    what: `${name} does not have one weight for each input.`,
    expected: `${count} weights`,
    received: formatShape(weights.shape),
  });
}

function checkClasses(labels: NumericArray, classNames: readonly string[], name: string): void {
  const isClass = (label: number) => Object.hasOwn(classNames, label);
  const wrong = labels.findIndex((label: number) => !isClass(label));
  if (wrong === -1) return;
  throw new DataError({
    what: `${name} has a label that is no class.`,
    expected: `whole numbers from 0 to ${classNames.length - 1}`,
    received: `${labels[wrong]} at index ${wrong}`,
  });
}
