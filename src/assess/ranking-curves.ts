// How well probabilities rank the examples of a class before all others: ROC, precision and recall, and
// cumulative gain. The numbers are those of scikit-learn.

import type { Tensor } from "../core/tensor.ts";
import { requireClassIndex, type ScoredClasses, scoredClasses } from "./scored-classes.ts";
import { type ThresholdTallies, tallyAll, tallyClass } from "./threshold-tallies.ts";

/** A point of a ROC curve: what happens if all that score at least `threshold` count as positive. */
export interface RocPoint {
  readonly threshold: number;
  /** Of the negatives, the share that counts as positive: FP / (FP + TN). */
  readonly falsePositiveRate: number;
  /** Of the positives, the share that counts as positive: TP / (TP + FN). */
  readonly truePositiveRate: number;
}

/** A receiver operating characteristic. */
export interface RocCurve {
  /** From the highest threshold to the lowest, without points on a straight line. None where the area is NaN. */
  readonly points: readonly RocPoint[];
  /** The area under the curve: 1 is perfect, 0.5 is chance. NaN where there are no positives, or no negatives. */
  readonly area: number;
}

/** The curves of all classes, each against the rest, and their averages. */
export interface RocCurves {
  /** By class number. */
  readonly classes: readonly RocCurve[];
  /** Every probability of every example as one decision. */
  readonly micro: RocCurve;
  /** The mean over the classes that have an area, at false positive rates in steps of 0.001. */
  readonly macro: RocCurve;
}

/** A point of a curve of precision and recall. */
export interface PrecisionRecallPoint {
  readonly threshold: number;
  /** TP / (TP + FP) */
  readonly precision: number;
  /** TP / (TP + FN) */
  readonly recall: number;
}

/** A curve of precision and recall. */
export interface PrecisionRecallCurve {
  /** From the highest threshold to the lowest; the first has recall 0. */
  readonly points: readonly PrecisionRecallPoint[];
  /** The mean precision, weighted by how much recall each threshold adds. NaN where there are no positives. */
  readonly averagePrecision: number;
  /** The share of positives: the precision of chance. */
  readonly prevalence: number;
}

/** The curves of all classes, each against the rest, and their averages. */
export interface PrecisionRecallCurves {
  /** By class number. */
  readonly classes: readonly PrecisionRecallCurve[];
  /** Every probability of every example as one decision. */
  readonly micro: PrecisionRecallCurve;
  /** The mean average precision over the classes that have examples. */
  readonly macroAveragePrecision: number;
}

/** A point of a gain curve: what is found among the examples with the highest probabilities. */
export interface GainPoint {
  /** The share of all examples that were looked at. */
  readonly share: number;
  /** The share of the class that is among them. */
  readonly gain: number;
  /** How many times as many as in a random choice: `gain / share`. */
  readonly lift: number;
}

/**
 * The ROC curve of one class against the rest: Fawcett, "An introduction to ROC analysis", 2006.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]`, or `[N, 1]` where the model decides between no (0) and yes (1).
 * @param classIndex The class that counts as positive.
 * @throws DataError where labels and probabilities do not belong together.
 * @example const { area } = rocCurve(labels, probabilities, 1);
 */
export function rocCurve(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  classIndex: number,
): RocCurve {
  return rocOf(tallied("rocCurve", labels, probabilities, classIndex));
}

/**
 * The ROC curves of all classes, with the averages that scikit-learn calls micro and macro.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]`
 * @example const { classes, macro } = rocCurves(labels, probabilities);
 */
export function rocCurves(labels: ArrayLike<number>, probabilities: Tensor): RocCurves {
  const scored = scoredClasses("rocCurves", labels, probabilities);
  const classes = everyClass(scored).map(rocOf);
  return { classes, micro: rocOf(tallyAll(scored)), macro: macroOf(classes) };
}

/**
 * Precision and recall of one class at every threshold. Where a class is rare it says more than a ROC curve: Saito and
 * Rehmsmeier, "The precision-recall plot is more informative than the ROC plot", 2015.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @param classIndex The class that counts as positive.
 * @example const { averagePrecision } = precisionRecallCurve(labels, probabilities, 1);
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  classIndex: number,
): PrecisionRecallCurve {
  return precisionRecallOf(tallied("precisionRecallCurve", labels, probabilities, classIndex));
}

/**
 * The curves of precision and recall of all classes, with their averages.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]`
 * @example const { macroAveragePrecision } = precisionRecallCurves(labels, probabilities);
 */
export function precisionRecallCurves(
  labels: ArrayLike<number>,
  probabilities: Tensor,
): PrecisionRecallCurves {
  const scored = scoredClasses("precisionRecallCurves", labels, probabilities);
  const classes = everyClass(scored).map(precisionRecallOf);
  const defined = classes
    .map(({ averagePrecision }) => averagePrecision)
    .filter((value) => !Number.isNaN(value));
  const micro = precisionRecallOf(tallyAll(scored));
  return { classes, micro, macroAveragePrecision: meanOf(defined) };
}

/**
 * How much of a class is found if examples are looked at from the most to the least probable.
 *
 * @param labels `[N]` true classes.
 * @param probabilities `[N, C]` or `[N, 1]`
 * @param classIndex The class that is looked for.
 * @returns The points, from none to all examples; none where the class has no examples.
 * @example const tenth = cumulativeGain(labels, probabilities, 1).find(({ share }) => share >= 0.1);
 */
export function cumulativeGain(
  labels: ArrayLike<number>,
  probabilities: Tensor,
  classIndex: number,
): readonly GainPoint[] {
  const tallies = tallied("cumulativeGain", labels, probabilities, classIndex);
  const { positives, negatives, truePositives, falsePositives } = tallies;
  if (positives === 0) return [];
  const points = truePositives.map((found, i): GainPoint => {
    const share = (found + falsePositives[i]) / (positives + negatives);
    const gain = found / positives;
    return { share, gain, lift: gain / share };
  });
  return [{ share: 0, gain: 0, lift: points[0].lift }, ...points];
}

function tallied(
  call: string,
  labels: ArrayLike<number>,
  probabilities: Tensor,
  classIndex: number,
): ThresholdTallies {
  const scored = scoredClasses(call, labels, probabilities);
  requireClassIndex(classIndex, scored.classes);
  return tallyClass(scored, classIndex);
}

const everyClass = (scored: ScoredClasses) =>
  Array.from({ length: scored.classes }, (_, i) => tallyClass(scored, i));

/** Points between which a curve is straight are left out, as scikit-learn does. */
function isBend(counts: readonly number[], i: number): boolean {
  return counts[i + 1] - counts[i] !== counts[i] - counts[i - 1];
}

function rocOf(tallies: ThresholdTallies): RocCurve {
  const { thresholds, truePositives, falsePositives, positives, negatives } = tallies;
  if (positives === 0 || negatives === 0) return { points: [], area: Number.NaN };
  let area = 0;
  thresholds.forEach((_, i) => {
    const [before, wrongBefore] = i === 0 ? [0, 0] : [truePositives[i - 1], falsePositives[i - 1]];
    area += ((falsePositives[i] - wrongBefore) * (truePositives[i] + before)) / 2;
  });
  const points = thresholds.flatMap((threshold, i): RocPoint[] => {
    const isEnd = i === 0 || i === thresholds.length - 1;
    if (!isEnd && !isBend(truePositives, i) && !isBend(falsePositives, i)) return [];
    const falsePositiveRate = falsePositives[i] / negatives;
    return [{ threshold, falsePositiveRate, truePositiveRate: truePositives[i] / positives }];
  });
  const none: RocPoint = { threshold: Infinity, falsePositiveRate: 0, truePositiveRate: 0 };
  return { points: [none, ...points], area: area / (positives * negatives) };
}

/** Steps of the false positive rate of a mean curve. */
const macroSteps = 1000;

function macroOf(classes: readonly RocCurve[]): RocCurve {
  const curves = classes.filter(({ points }) => points.length > 0);
  if (curves.length === 0) return { points: [], area: Number.NaN };
  const sums = new Float64Array(macroSteps + 1);
  for (const { points } of curves) {
    let at = 0;
    for (let step = 0; step <= macroSteps; step++) {
      const rate = step / macroSteps;
      while (at + 1 < points.length && points[at + 1].falsePositiveRate <= rate) at++;
      sums[step] += between(points[at], points[at + 1], rate);
    }
  }
  const mean = Array.from(sums, (sum, step): RocPoint => {
    const falsePositiveRate = step / macroSteps;
    return { threshold: Number.NaN, falsePositiveRate, truePositiveRate: sum / curves.length };
  });
  return { points: mean, area: meanOf(curves.map(({ area }) => area)) };
}

/** The true positive rate on the line from one point to the next. */
function between(from: RocPoint, to: RocPoint | undefined, rate: number): number {
  if (to === undefined) return from.truePositiveRate;
  const share = (rate - from.falsePositiveRate) / (to.falsePositiveRate - from.falsePositiveRate);
  return from.truePositiveRate + share * (to.truePositiveRate - from.truePositiveRate);
}

function precisionRecallOf(tallies: ThresholdTallies): PrecisionRecallCurve {
  const { thresholds, truePositives, falsePositives, positives, negatives } = tallies;
  const prevalence = positives / (positives + negatives);
  if (positives === 0) return { points: [], averagePrecision: Number.NaN, prevalence };
  const none: PrecisionRecallPoint = { threshold: Infinity, precision: 1, recall: 0 };
  const points = [none];
  let averagePrecision = 0;
  thresholds.forEach((threshold, i) => {
    const precision = truePositives[i] / (truePositives[i] + falsePositives[i]);
    const recall = truePositives[i] / positives;
    averagePrecision += (recall - points[points.length - 1].recall) * precision;
    points.push({ threshold, precision, recall });
  });
  return { points, averagePrecision, prevalence };
}

/** NaN of none. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
