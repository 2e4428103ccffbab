// What thresholds do: to one class against the rest, and to predictions that are kept only if the model is confident.

import {
  type OptionNames,
  requireBetween,
  requireKnownOptions,
  requireList,
} from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  likeliest,
  requireClassIndex,
  type ScoredClasses,
  scoredClasses,
} from "./scored-classes.ts";
import { type ThresholdTallies, tallyClass, tallyThresholds } from "./threshold-tallies.ts";

/** What a threshold does to one class. */
export interface ThresholdRow {
  readonly threshold: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
  /** NaN where nothing counts as positive. */
  readonly precision: number;
  readonly recall: number;
  readonly specificity: number;
  readonly f1: number;
}

/** How many predictions are kept if those below a confidence are not, and how many of them are right. */
export interface ConfidenceRow {
  readonly threshold: number;
  /** The share of examples whose most probable class has at least this probability. */
  readonly coverage: number;
  /** The share of correct predictions among them; NaN where there are none. */
  readonly accuracy: number;
}

/** Options of `thresholdTable`. */
export interface ThresholdOptions {
  /** The class that counts as positive. Default: 1. */
  readonly classIndex?: number;
  /** From 0 to 1. Default: 0.05, 0.1, … 0.95. */
  readonly thresholds?: readonly number[];
}

const thresholdOptionNames: OptionNames<ThresholdOptions> = { classIndex: true, thresholds: true };

const usualThresholds = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * What different thresholds do to one class: counts, precision, recall, specificity and F1.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @throws ConfigError where an option cannot be used.
 * @example thresholdTable(labels, probabilities, { thresholds: [0.5, 0.9] })
 */
export function thresholdTable(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  options: ThresholdOptions = {},
): readonly ThresholdRow[] {
  requireKnownOptions("thresholdTable", options, thresholdOptionNames);
  const { classIndex = 1, thresholds = usualThresholds } = options;
  requireThresholds(thresholds);
  const scored = scoredClasses("thresholdTable", labels, probabilities);
  requireClassIndex(classIndex, scored.classes);
  const tallies = tallyClass(scored, classIndex);
  return thresholds.map((threshold) => rowAt(tallies, threshold));
}

/**
 * How many predictions remain, and how many of those are right, if predictions below a confidence are left out.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @param thresholds From 0 to 1. Default: 0.05, 0.1, … 0.95.
 * @example confidenceTable(labels, probabilities, [0.9])[0].accuracy
 */
export function confidenceTable(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  thresholds: readonly number[] = usualThresholds,
): readonly ConfidenceRow[] {
  requireThresholds(thresholds);
  const scored = scoredClasses("confidenceTable", labels, probabilities);
  const tallies = tallyConfidence(scored);
  return thresholds.map((threshold): ConfidenceRow => {
    const { truePositives: right, falsePositives: wrong } = countsAt(tallies, threshold);
    const accuracy = right / (right + wrong);
    return { threshold, coverage: (right + wrong) / scored.count, accuracy };
  });
}

function requireThresholds(thresholds: unknown): void {
  requireList("The thresholds cannot be used.", thresholds, "numbers from 0 to 1 in a list");
  for (const one of thresholds as readonly unknown[]) requireBetween("thresholds", one, 0, 1);
}

function rowAt(tallies: ThresholdTallies, threshold: number): ThresholdRow {
  const { positives, negatives } = tallies;
  const { truePositives, falsePositives } = countsAt(tallies, threshold);
  const falseNegatives = positives - truePositives;
  return {
    threshold,
    truePositives,
    falsePositives,
    falseNegatives,
    trueNegatives: negatives - falsePositives,
    precision: truePositives / (truePositives + falsePositives),
    recall: truePositives / positives,
    specificity: (negatives - falsePositives) / negatives,
    f1: (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives),
  };
}

/** What scores at least `threshold`: the last of the falling scores that does. */
function countsAt(tallies: ThresholdTallies, threshold: number) {
  const last = tallies.thresholds.findLastIndex((score) => score >= threshold);
  if (last < 0) return { truePositives: 0, falsePositives: 0 };
  const { truePositives, falsePositives } = tallies;
  return { truePositives: truePositives[last], falsePositives: falsePositives[last] };
}

/** Right predictions are positives, wrong ones negatives; the score is the probability of the predicted class. */
function tallyConfidence(scored: ScoredClasses): ThresholdTallies {
  const right: number[] = [];
  const wrong: number[] = [];
  for (let row = 0; row < scored.count; row++) {
    const predicted = likeliest(scored, row);
    const confidence = scored.data[row * scored.classes + predicted];
    (predicted === scored.labels[row] ? right : wrong).push(confidence);
  }
  return tallyThresholds(Float64Array.from(right), Float64Array.from(wrong));
}
