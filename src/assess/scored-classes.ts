// Probabilities beside true classes: what curves, calibration and label errors are made from. One number a row, how likely
// yes is, counts as two classes.

import { DataError } from "../core/errors.ts";
import { requireList, requireOption, requireRecord } from "../core/option.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** Rows of probabilities with the true class of each. */
export interface ScoredClasses {
  readonly count: number;
  readonly classes: number;
  /** `[count]` */
  readonly labels: ArrayLike<number>;
  /** `[count, classes]`: how likely each class is. */
  readonly data: ArrayLike<number>;
}

/** How far a probability may lie outside of 0 to 1: sums of f32 are not exact. */
const tolerance = 1e-4;

/**
 * The rows that `call` was given.
 *
 * @throws DataError where labels and probabilities do not belong together, or are none.
 */
export function scoredClasses(
  call: string,
  labels: ArrayLike<number>,
  probabilities: Tensor,
): ScoredClasses {
  requireList(`${call}: The labels cannot be used.`, labels, "class numbers in a list");
  const asked = "one tensor [N, C], as assessClassifier gives it";
  requireRecord(
    `${call}: The probabilities cannot be used.`,
    probabilities,
    ["data", "shape"],
    asked,
  );
  const { data, shape } = probabilities;
  const [count, width] = shape;
  if (shape.length !== 2 || count !== labels.length || count === 0 || width === 0) {
    throw new DataError({
      what: `${call} needs the probabilities of every class for each label.`,
      expected: `[N, C] with one row for each label and at least one label`,
      received: `${formatShape(shape)} for ${labels.length} labels`,
      fix: "Predict the same examples that the labels belong to.",
    });
  }
  const classes = Math.max(2, width);
  for (let row = 0; row < count; row++) {
    const label = labels[row];
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw outside(
        `${call}: The label of example ${row}`,
        `a whole number from 0 to ${classes - 1}`,
        label,
      );
    }
  }
  for (let i = 0; i < data.length; i++) {
    if (data[i] >= -tolerance && data[i] <= 1 + tolerance) continue;
    const row = Math.floor(i / width);
    throw outside(
      `${call}: A probability of example ${row}`,
      "a number from 0 to 1",
      Number(data[i]),
    );
  }
  return { count, classes, labels, data: width === 1 ? twoColumns(data) : numbersOf(data) };
}

function outside(what: string, expected: string, received: number): DataError {
  return new DataError({
    what: `${what} cannot be used.`,
    expected,
    received: String(received),
    fix: "Pass what assessClassifier returns: { labels, probabilities }.",
  });
}

const numbersOf = (data: Tensor["data"]): ArrayLike<number> =>
  data instanceof Float64Array ? data : Float64Array.from(data, Number);

function twoColumns(data: Tensor["data"]): Float64Array {
  return Float64Array.from({ length: 2 * data.length }, (_, i) => {
    const yes = Number(data[i >> 1]);
    return i % 2 === 1 ? yes : 1 - yes;
  });
}

/** @throws ConfigError unless `classIndex` is one of the classes. */
export function requireClassIndex(classIndex: unknown, classes: number): void {
  const fits =
    Number.isInteger(classIndex) && Number(classIndex) >= 0 && Number(classIndex) < classes;
  requireOption("classIndex", classIndex, fits, `a whole number from 0 to ${classes - 1}`);
}

/** The most probable class of a row, the first of equals. */
export function likeliest({ data, classes }: ScoredClasses, row: number): number {
  let best = 0;
  for (let i = 1; i < classes; i++) {
    if (data[row * classes + i] > data[row * classes + best]) best = i;
  }
  return best;
}
