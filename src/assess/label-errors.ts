// Examples whose label is probably wrong, by confident learning: Northcutt, Jiang and Chuang, "Confident learning: estimating
// uncertainty in dataset labels", 2021. The numbers are those of cleanlab.

import type { Tensor } from "../core/tensor.ts";
import { likeliest, type ScoredClasses, scoredClasses } from "./scored-classes.ts";

/** An example whose label is probably wrong. */
export interface LabelError {
  /** Its place among the examples. */
  readonly index: number;
  readonly label: number;
  /** The class that it probably is. */
  readonly suggestion: number;
  /** How far the model believes the label: its probability. Low is bad. */
  readonly confidence: number;
}

/** What confident learning finds. */
export interface LabelErrors {
  /** The least believed label first. */
  readonly errors: readonly LabelError[];
  /** By class: the mean probability of the class over the examples that have its label; NaN without examples. */
  readonly thresholds: readonly number[];
  /**
   * How many examples with label `i` are confidently of class `j`: `joint[i][j]`. Examples whose probabilities all lie
   * below their class's threshold are not counted.
   */
  readonly joint: readonly (readonly number[])[];
}

/** Probabilities this close to a threshold reach it. */
const closeness = 1e-6;

/**
 * Labels that a model confidently contradicts. The probabilities must come from a model that did not learn from these
 * examples, such as those of validation or test images; a model believes whatever labels it has learned.
 *
 * An example counts as of class `j` if the probability of `j` is at least what it is on average among examples with that
 * label. Where that is another class than its label, and the most probable one as well, the label is in doubt.
 *
 * @param labels `[N]` the labels as they are.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @throws DataError where labels and probabilities do not belong together.
 * @example for (const { index, suggestion } of labelErrors(labels, probabilities).errors) console.log(index, suggestion);
 */
export function labelErrors(labels: ArrayLike<number>, probabilities: Tensor): LabelErrors {
  const scored = scoredClasses("labelErrors", labels, probabilities);
  const { count, classes, data } = scored;
  const thresholds = meanOwnProbabilities(scored);
  const joint = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  const errors: LabelError[] = [];
  for (let row = 0; row < count; row++) {
    const confident = confidentClass(scored, row, thresholds);
    if (confident === undefined) continue;
    const label = labels[row];
    joint[label][confident]++;
    const confidence = data[row * classes + label];
    // A label that is as probable as any other is not in doubt.
    const isLikeliest = confidence >= data[row * classes + likeliest(scored, row)];
    if (confident === label || isLikeliest) continue;
    errors.push({ index: row, label, suggestion: confident, confidence });
  }
  errors.sort((a, b) => a.confidence - b.confidence || a.index - b.index);
  return { errors, thresholds, joint };
}

function meanOwnProbabilities({ count, classes, labels, data }: ScoredClasses): number[] {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  for (let row = 0; row < count; row++) {
    sums[labels[row]] += data[row * classes + labels[row]];
    counts[labels[row]]++;
  }
  return Array.from(sums, (sum, i) => sum / counts[i]);
}

/** The class whose threshold is reached; of several, the most probable of all. */
function confidentClass(
  scored: ScoredClasses,
  row: number,
  thresholds: readonly number[],
): number | undefined {
  const { data, classes } = scored;
  const reached = thresholds.flatMap((threshold, i) =>
    data[row * classes + i] >= threshold - closeness ? [i] : [],
  );
  return reached.length > 1 ? likeliest(scored, row) : reached[0];
}
