// Precision, recall and F1 of every class and over all classes, as numbers and as the text that
// scikit-learn prints. Labels and predictions in, numbers and text out.

import { ConfigError, DataError } from "../core/errors.ts";
import { requireList, requireOptions } from "../core/option.ts";
import { fixedDigits } from "./fixed-digits.ts";

export interface ClassificationReportOptions {
  /** The name of class `i` at index `i`. Default: numbers. */
  readonly classNames?: readonly string[];
  /** The classes to report, in this order. Default: all that occur, by number. */
  readonly labels?: readonly number[];
  /** Digits after the decimal point. Default: 2. */
  readonly digits?: number;
  /**
   * The score where it would divide by zero: 0, 1 or NaN. Averages leave NaN out. Default: 0.
   */
  readonly zeroDivision?: number;
}

/** The scores of one class, or an average of them. */
export interface ReportScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How many examples. */
  readonly support: number;
}

export interface ClassificationReport {
  readonly classes: readonly (ReportScores & { readonly label: number; readonly name: string })[];
  /** The share of correct predictions; absent where not all classes that occur are reported. */
  readonly accuracy?: number;
  /** Over the sums of all classes; absent where it is the accuracy. */
  readonly microAverage?: ReportScores;
  /** The mean over the classes. */
  readonly macroAverage: ReportScores;
  /** The mean over the classes, weighted by their support. */
  readonly weightedAverage: ReportScores;
  /** All of it, as scikit-learn's `classification_report` prints it. */
  readonly text: string;
}

/** How often a class was predicted correctly, was predicted, and was true. */
interface Tally {
  readonly hits: number;
  readonly predicted: number;
  readonly actual: number;
}

/**
 * The report of a classifier.
 *
 * @param labels `[N]` true classes, whole numbers.
 * @param predictions `[N]` predicted classes, in the same order.
 * @throws DataError where the two differ in length or are empty, ConfigError where an option cannot
 * be used.
 * @example
 * const { text } = classificationReport([0, 1, 1], [0, 1, 0], { classNames: ["cat", "dog"] });
 */
export function classificationReport(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  for (const [name, value] of Object.entries({ labels, predictions })) {
    const what = `classificationReport: The ${name} cannot be used.`;
    requireList(what, value, "class numbers in a list");
  }
  requireOptions(
    "classificationReport",
    options,
    'labels, predictions, { classNames: ["cat", "dog"] }',
  );
  const { classNames = [], digits = 2, zeroDivision = 0 } = options;
  checkPairs(labels, predictions);
  checkOptions(digits, zeroDivision);
  const occurring = [...new Set([...Array.from(labels), ...Array.from(predictions)])];
  const reported = options.labels ?? occurring.sort((a, b) => a - b);
  const tallies = tallyOf(labels, predictions, reported);
  const scores = tallies.map((tally) => scoresOf(tally, zeroDivision));
  const support = totalOf(tallies.map(({ actual }) => actual));
  const micro = scoresOf(
    {
      hits: totalOf(tallies.map(({ hits }) => hits)),
      predicted: totalOf(tallies.map(({ predicted }) => predicted)),
      actual: support,
    },
    zeroDivision,
  );
  const isAccuracy = occurring.every((label) => reported.includes(label));
  const numbers = {
    classes: scores.map((score, i) => ({
      label: reported[i],
      name: classNames[reported[i]] ?? String(reported[i]),
      ...score,
    })),
    ...(isAccuracy ? { accuracy: micro.f1 } : { microAverage: micro }),
    macroAverage: averageOf(scores, undefined, support),
    weightedAverage: averageOf(
      scores,
      tallies.map(({ actual }) => actual),
      support,
    ),
  };
  // Where nothing at all is right, scikit-learn counts in fractions and prints them so.
  const isAllWrong = Array.from(labels).every((label, i) => label !== predictions[i]);
  return { ...numbers, text: textOf(numbers, digits, isAllWrong ? 1 : 0) };
}

function checkPairs(labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  if (labels.length === predictions.length && labels.length > 0) return;
  throw new DataError({
    what: "The report needs one prediction for every label.",
    expected: labels.length === 0 ? "at least one label" : `${labels.length} predictions`,
    received: `${predictions.length} predictions for ${labels.length} labels`,
    fix: "Predict the same examples that the labels belong to.",
  });
}

function checkOptions(digits: number, zeroDivision: number): void {
  const fits = Number.isSafeInteger(digits) && digits >= 0 && digits <= 50;
  if (fits && (Number.isNaN(zeroDivision) || zeroDivision === 0 || zeroDivision === 1)) return;
  throw new ConfigError({
    what: `The option ${fits ? "zeroDivision" : "digits"} cannot be used.`,
    expected: fits ? "0, 1 or NaN" : "a whole number from 0 to 50",
    received: String(fits ? zeroDivision : digits),
  });
}

function tallyOf(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  reported: readonly number[],
): Tally[] {
  const tallies = new Map(reported.map((label) => [label, { hits: 0, predicted: 0, actual: 0 }]));
  for (let i = 0; i < labels.length; i++) {
    const actual = tallies.get(labels[i]);
    const predicted = tallies.get(predictions[i]);
    if (actual !== undefined) actual.actual++;
    if (predicted !== undefined) predicted.predicted++;
    if (actual !== undefined && actual === predicted) actual.hits++;
  }
  return reported.map((label) => tallies.get(label) as Tally);
}

function scoresOf({ hits, predicted, actual }: Tally, zeroDivision: number): ReportScores {
  const share = (part: number, whole: number) => (whole === 0 ? zeroDivision : part / whole);
  return {
    precision: share(hits, predicted),
    recall: share(hits, actual),
    f1: share(2 * hits, actual + predicted),
    support: actual,
  };
}

/** The mean of every score over the classes that have one, by weights that are not all 0. */
function averageOf(
  scores: readonly ReportScores[],
  weights: readonly number[] | undefined,
  support: number,
): ReportScores {
  const mean = (key: "precision" | "recall" | "f1") => {
    const defined = scores.flatMap((score, i) =>
      Number.isNaN(score[key]) ? [] : [{ value: score[key], weight: weights?.[i] ?? 1 }],
    );
    const total = totalOf(defined.map(({ weight }) => weight));
    const even = total === 0;
    const weighed = totalOf(defined.map(({ value, weight }) => value * (even ? 1 : weight)));
    return weighed / (even ? defined.length : total);
  };
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), support };
}

function totalOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

const headings = ["precision", "recall", "f1-score", "support"];

function textOf(
  report: Omit<ClassificationReport, "text">,
  digits: number,
  countDigits: number,
): string {
  const { classes, accuracy, microAverage, macroAverage, weightedAverage } = report;
  const widths = classes.map(({ name }) => [...name].length);
  const width = Math.max("weighted avg".length, digits, ...widths);
  const line = (name: string, cells: readonly string[]) => {
    const padding = " ".repeat(width - [...name].length);
    return `${padding}${name} ${cells.map((cell) => ` ${cell.padStart(9)}`).join("")}\n`;
  };
  const row = (name: string, { precision, recall, f1, support }: ReportScores) =>
    line(name, [
      ...[precision, recall, f1].map((score) => fixedDigits(score, digits)),
      support.toFixed(countDigits),
    ]);
  const total = macroAverage.support.toFixed(countDigits);
  const overall =
    microAverage === undefined
      ? line("accuracy", ["", "", fixedDigits(accuracy ?? Number.NaN, digits), total])
      : row("micro avg", microAverage);
  return [
    line("", headings),
    "\n",
    ...classes.map((score) => row(score.name, score)),
    "\n",
    overall,
    row("macro avg", macroAverage),
    row("weighted avg", weightedAverage),
  ].join("");
}
