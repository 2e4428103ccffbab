// One class against the rest, at every threshold: how many examples score at least so much, and how many of them are of the
// class. Curves of ROC, precision and gain, and tables of thresholds, are all read from these counts.

import type { ScoredClasses } from "./scored-classes.ts";

/** What lies above each threshold. */
export interface ThresholdTallies {
  /** Every score that occurs, from the highest to the lowest. */
  readonly thresholds: readonly number[];
  /** By threshold: examples of the class that score at least so much. */
  readonly truePositives: readonly number[];
  /** By threshold: other examples that score at least so much. */
  readonly falsePositives: readonly number[];
  readonly positives: number;
  readonly negatives: number;
}

/** Counts from the scores of the positives and those of the negatives, in any order. */
export function tallyThresholds(
  positives: Float64Array,
  negatives: Float64Array,
): ThresholdTallies {
  const [high, low] = [positives.toSorted(), negatives.toSorted()];
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let [left, right] = [high.length, low.length];
  while (left > 0 || right > 0) {
    const above = left > 0 ? high[left - 1] : -Infinity;
    const below = right > 0 ? low[right - 1] : -Infinity;
    const threshold = Math.max(above, below);
    while (left > 0 && high[left - 1] === threshold) left--;
    while (right > 0 && low[right - 1] === threshold) right--;
    thresholds.push(threshold);
    truePositives.push(high.length - left);
    falsePositives.push(low.length - right);
  }
  return {
    thresholds,
    truePositives,
    falsePositives,
    positives: high.length,
    negatives: low.length,
  };
}

/** The tallies of one class by its probabilities. */
export function tallyClass(scored: ScoredClasses, classIndex: number): ThresholdTallies {
  const { data, classes, labels, count } = scored;
  const total = supportOf(scored, classIndex);
  const [positives, negatives] = [new Float64Array(total), new Float64Array(count - total)];
  let [p, n] = [0, 0];
  for (let row = 0; row < count; row++) {
    const score = data[row * classes + classIndex];
    if (labels[row] === classIndex) positives[p++] = score;
    else negatives[n++] = score;
  }
  return tallyThresholds(positives, negatives);
}

/** The tallies of all classes together: each probability of each example is one decision. */
export function tallyAll({ data, classes, labels, count }: ScoredClasses): ThresholdTallies {
  const positives = new Float64Array(count);
  const negatives = new Float64Array(count * (classes - 1));
  let n = 0;
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < classes; i++) {
      const score = data[row * classes + i];
      if (labels[row] === i) positives[row] = score;
      else negatives[n++] = score;
    }
  }
  return tallyThresholds(positives, negatives);
}

function supportOf({ labels, count }: ScoredClasses, classIndex: number): number {
  let support = 0;
  for (let row = 0; row < count; row++) if (labels[row] === classIndex) support++;
  return support;
}
