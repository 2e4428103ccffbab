// What every metric of right and wrong at thresholds adds up: how the weights of positive and of negative
// targets spread over the gaps between thresholds. As in Keras: predictions above the threshold
// are positive.

import { requireOption } from "../../core/option.ts";
import { normalizeAxis, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import { clip, epsilon, hotRows, oneMinus } from "../losses/formulas.ts";
import { alignWeights, type ScoredBatch } from "../losses/reduce-loss.ts";
import { type MetricOptions, metricNames, type Sums, targetRows } from "./metric.ts";
import { dropped, keepTopK } from "./top-k.ts";

/** Options of metrics that count at thresholds. */
export interface ThresholdOptions extends MetricOptions {
  /** One threshold or several, from 0 to 1. Default: 0.5. With several, the metric is a list. */
  readonly thresholds?: number | readonly number[] | null;
}

export const thresholdNames = {
  ...metricNames,
  thresholds: "thresholds",
} as const satisfies KerasNames<ThresholdOptions>;

/** Options of metrics that may look at some classes only. */
export interface ClassOptions extends ThresholdOptions {
  /**
   * Only the k largest scores of each row count as positive, whatever the threshold. Default: all.
   */
  readonly topK?: number | null;
  /** Only this class counts. Default: all. */
  readonly classId?: number | null;
}

export const ofClassNames = {
  ...thresholdNames,
  topK: "top_k",
  classId: "class_id",
} as const satisfies KerasNames<ClassOptions>;

/** What is counted, and where. */
export interface ConfusionRule {
  readonly metric: string;
  /** Sorted. */
  readonly thresholds: readonly number[];
  readonly topK?: number | null;
  readonly classId?: number | null;
  /** Counts each of the last axis's columns by itself. */
  readonly byColumn?: boolean;
  /** What each column's counts are multiplied by. */
  readonly columnWeights?: readonly number[] | null;
}

/** The numbers of right and wrong, one for each threshold. */
export interface ConfusionCounts {
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
  readonly trueNegatives: readonly number[];
  readonly falseNegatives: readonly number[];
}

/** The thresholds as a sorted list. @throws ConfigError where one is not from 0 to 1. */
export function thresholdsOf({ thresholds = null, topK = null }: ClassOptions): readonly number[] {
  if (thresholds === null) return [topK === null ? 0.5 : dropped];
  const list = Array.isArray(thresholds) ? [...thresholds] : [thresholds];
  const fits = list.length > 0 && areShares(list);
  requireOption("thresholds", thresholds, fits, "numbers from 0 to 1");
  return list;
}

/** Whether `list` is a list of numbers from 0 to 1. */
export function areShares(list: unknown): boolean {
  const isShare = (value: unknown) => typeof value === "number" && value >= 0 && value <= 1;
  return Array.isArray(list) && list.every(isShare);
}

/** `count` thresholds from 0 to 1, evenly spaced, as Keras makes them. */
export function evenThresholds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : i / (count - 1)));
}

/** What a batch adds: `positives` and `negatives`, `[T + 1]`, or `[L, T + 1]` by column. */
export function confusionSums(batch: ScoredBatch, rule: ConfusionRule): Record<string, Node> {
  const { build, predictions, weights } = batch;
  const { metric, thresholds, topK = null, classId = null } = rule;
  let targets = targetRows(batch, metric);
  let given = topK === null ? predictions : keepTopK(predictions, topK, build);
  if (classId !== null) {
    targets = columnOf(targets, classId, build);
    given = columnOf(given, classId, build);
  }
  const yes = oneMinus(build.equal(targets, build.constant(0)), build);
  let weight = build.constant(1, given.shape);
  if (weights !== undefined) {
    weight = build.broadcastTo(alignWeights(weights, given, build), given.shape);
  }
  if (rule.columnWeights) {
    const parts = rule.columnWeights.map((value) => build.constant(value, [1]));
    weight = build.multiply(weight, build.concatenate(parts, 0));
  }
  const spread = spreadOver(gapsOf(given, thresholds, build), thresholds.length + 1, rule, build);
  return {
    positives: spread(build.multiply(yes, weight)),
    negatives: spread(build.multiply(oneMinus(yes, build), weight)),
  };
}

/** How many gaps one digit tells apart. */
const digit = 16;

/** Weights added up by the gap that each belongs to: `[…]` → `[gaps]`, or `[L, gaps]` by column. */
function spreadOver(at: Node, gaps: number, { byColumn }: ConfusionRule, build: Builder) {
  const places = sizeOf(at.shape);
  const hot = (x: Node, width: number) => hotRows(build.cast(x, "i32"), width, build);
  if (byColumn || gaps <= digit) {
    const columns = byColumn ? [at.shape[at.shape.length - 1]] : [];
    const shape = [places / sizeOf(columns), ...columns];
    const rows = build.reshape(hot(at, gaps), [...shape, gaps]);
    return (weight: Node) => {
      const column = build.reshape(weight, [...shape, 1]);
      return build.sum(build.multiply(column, rows), { axes: [0] });
    };
  }
  // A gap's number in two digits: a product of matrices adds up what has the one and the other. That
  // takes about a tenth of the time of a row of all gaps for every place.
  const highs = Math.ceil(gaps / digit);
  const high = build.floor(build.multiply(at, build.constant(1 / digit)));
  const low = build.subtract(at, build.multiply(high, build.constant(digit)));
  const [tens, units] = [hot(high, highs), hot(low, digit)].map((x) =>
    build.reshape(x, [places, x.shape[x.shape.length - 1]]),
  );
  return (weight: Node) => {
    const weighed = build.multiply(tens, build.reshape(weight, [places, 1]));
    const sums = build.matmul(weighed, units, { transposeA: true });
    return build.slice(build.reshape(sums, [highs * digit]), [0], [gaps]);
  };
}

/** How many thresholds lie below each result. */
function gapsOf(predictions: Node, thresholds: readonly number[], build: Builder): Node {
  const last = thresholds.length - 1;
  if (!areEven(thresholds)) {
    const below = thresholds.map((value) => build.less(build.constant(value), predictions));
    return below.reduce((a, b) => build.add(a, b));
  }
  // ⌈p · (T − 1)⌉, rounded as Keras does it, so that predictions next to a threshold fall on the same
  // side.
  const scaled = build.multiply(clip(predictions, 0, 1, build), build.constant(last));
  const gap = build.negate(build.floor(build.negate(scaled)));
  const least = thresholds[0] < 0 ? 1 : 0;
  return build.maximum(gap, build.constant(least));
}

function areEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  if (last < 2) return false;
  return thresholds.every((value, i) => Math.abs(value - i / last) <= epsilon + (1e-5 * i) / last);
}

/** Column `at` of the last axis, which stays with length 1. */
function columnOf(x: Node, at: number, build: Builder): Node {
  const axis = x.shape.length - 1;
  const column = normalizeAxis(at, x.shape[axis]);
  const start = x.shape.map((_, a) => (a === axis ? column : 0));
  return build.slice(x, start, [...x.shape.slice(0, -1), 1]);
}

/** The counts at each threshold, of one row of gaps. */
export function countsAt(
  positives: readonly number[],
  negatives: readonly number[],
): ConfusionCounts {
  const truePositives = above(positives);
  const falsePositives = above(negatives);
  const [allPositives, allNegatives] = [positives, negatives].map((gaps) => above([0, ...gaps])[0]);
  return {
    truePositives,
    falsePositives,
    trueNegatives: falsePositives.map((count) => allNegatives - count),
    falseNegatives: truePositives.map((count) => allPositives - count),
  };
}

/** For each threshold, what lies in the gaps above it. */
function above(gaps: readonly number[]): number[] {
  const counts: number[] = [];
  let sum = 0;
  for (let gap = gaps.length - 1; gap >= 1; gap--) {
    sum += gaps[gap];
    counts.unshift(sum);
  }
  return counts;
}

/** The counts of an epoch, in the order of `thresholds` as they were given. */
export function countsInOrder(
  { positives, negatives }: Sums,
  thresholds: readonly number[],
): ConfusionCounts {
  const counts = countsAt(positives, negatives);
  const sorted = sortedThresholds(thresholds);
  const inOrder = (list: readonly number[]) =>
    thresholds.map((value) => list[sorted.indexOf(value)]);
  return {
    truePositives: inOrder(counts.truePositives),
    falsePositives: inOrder(counts.falsePositives),
    trueNegatives: inOrder(counts.trueNegatives),
    falseNegatives: inOrder(counts.falseNegatives),
  };
}

export function sortedThresholds(thresholds: readonly number[]): number[] {
  return [...thresholds].sort((a, b) => a - b);
}
