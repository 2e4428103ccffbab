// The confusion matrix: which class was predicted as which, and the scores that follow from it. Numbers
// only. Its picture is drawn in report/confusion-figure.ts.

import { DataError } from "../core/errors.ts";
import { requireList, requireOption, requireRecord, requireWord } from "../core/option.ts";

/** How many examples of class `i` (row) were predicted as class `j` (column): `counts[i][j]`. */
export interface ConfusionMatrix {
  readonly counts: readonly (readonly number[])[];
}

/** The scores of one class. A score is NaN where it would divide by zero. */
export interface ClassScore {
  /** Of the examples predicted as this class, the share that are of it: TP / (TP + FP). */
  readonly precision: number;
  /** Of the examples of this class, the share predicted as it: TP / (TP + FN). */
  readonly recall: number;
  /** The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
  /** How many examples of this class there are. */
  readonly support: number;
}

/** Two classes, and how many examples of the first were predicted as the second. */
export interface Confusion {
  readonly label: number;
  readonly prediction: number;
  readonly count: number;
  /** `count` as a share of all examples of `label`. */
  readonly share: number;
}

/**
 * Counts, for every class, what its examples were predicted as.
 *
 * @param labels `[N]` true classes, whole numbers from 0 to `classes` - 1.
 * @param predictions `[N]` predicted classes, in the same order.
 * @throws DataError where the two differ in length, or a class is out of range.
 * @example
 * confusionMatrix([0, 1, 1], [0, 1, 0], 2).counts; // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  for (const [name, value] of Object.entries({ labels, predictions })) {
    requireList(`confusionMatrix: The ${name} cannot be used.`, value, "class numbers in a list");
  }
  const isCount = Number.isSafeInteger(classes) && classes >= 1;
  requireOption("classes of confusionMatrix", classes, isCount, "how many classes there are");
  if (labels.length !== predictions.length) {
    throw new DataError({
      what: "The confusion matrix needs one prediction for every label.",
      expected: `${labels.length} predictions`,
      received: `${predictions.length}`,
      fix: "Predict the same examples that the labels belong to.",
    });
  }
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    checkClass(labels[i], classes, `The label of example ${i}`);
    checkClass(predictions[i], classes, `The prediction for example ${i}`);
    counts[labels[i]][predictions[i]]++;
  }
  return { counts };
}

/** @throws ConfigError unless it is a confusion matrix; `call` is what was called. */
export function requireMatrix(call: string, matrix: ConfusionMatrix): void {
  const what = `${call}: The matrix cannot be used.`;
  const expected = "what confusionMatrix returns: { counts }, a list of rows";
  requireRecord(what, matrix, ["counts"], expected);
  requireList(what, matrix.counts, expected);
  for (const row of matrix.counts) requireList(what, row, expected);
}

function checkClass(value: number, classes: number, what: string): void {
  if (Number.isInteger(value) && value >= 0 && value < classes) return;
  throw new DataError({
    what: `${what} is not one of the ${classes} classes.`,
    expected: `a whole number from 0 to ${classes - 1}`,
    received: String(value),
    fix: "Check the labels, and the number of classes.",
  });
}

/**
 * Of what a cell is a share: of its label's row, of its prediction's column, or of all examples.
 */
export type Normalization = "labels" | "predictions" | "all";

/**
 * The matrix as shares instead of counts; 0 where there are no examples to share.
 *
 * @example normalizeConfusion(matrix, "labels")[3][5]; // of class 3, the share predicted as class 5
 */
export function normalizeConfusion(matrix: ConfusionMatrix, by: Normalization): number[][] {
  requireMatrix("normalizeConfusion", matrix);
  requireWord("by of normalizeConfusion", by, ["labels", "predictions", "all"]);
  const { counts } = matrix;
  const rows = counts.map(sum);
  const columns = counts.map((_, j) => sum(counts.map((row) => row[j])));
  const all = sum(rows);
  const wholes = {
    labels: (i: number) => rows[i],
    predictions: (_: number, j: number) => columns[j],
    all: () => all,
  };
  return counts.map((row, i) =>
    row.map((count, j) => {
      const whole = wholes[by](i, j);
      return whole === 0 ? 0 : count / whole;
    }),
  );
}

/** How many examples the matrix counts. */
export function totalOf({ counts }: ConfusionMatrix): number {
  return counts.reduce((total, row) => total + sum(row), 0);
}

/** The share of examples on the diagonal; NaN where there are none. */
export function accuracyOf(matrix: ConfusionMatrix): number {
  const correct = matrix.counts.reduce((total, row, i) => total + row[i], 0);
  return correct / totalOf(matrix);
}

/** Precision, recall, F1 and support of every class, in the order of the classes. */
export function classScores({ counts }: ConfusionMatrix): ClassScore[] {
  const predicted = counts.map((_, j) => counts.reduce((total, row) => total + row[j], 0));
  return counts.map((row, i) => {
    const support = sum(row);
    return {
      precision: row[i] / predicted[i],
      recall: row[i] / support,
      f1: (2 * row[i]) / (predicted[i] + support),
      support,
    };
  });
}

/** The `most` pairs of classes confused most often, by count. */
export function mostConfused({ counts }: ConfusionMatrix, most = 10): Confusion[] {
  const confusions = counts.flatMap((row, label) => {
    const support = sum(row);
    return row.flatMap((count, prediction) =>
      count > 0 && prediction !== label
        ? [{ label, prediction, count, share: count / support }]
        : [],
    );
  });
  return confusions.sort((a, b) => b.count - a.count || b.share - a.share).slice(0, most);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
