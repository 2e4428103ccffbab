// What a metric is. A metric is what every batch adds, and how the sums of a whole epoch become one
// number: an epoch is never the mean of its batches.

import { ShapeError } from "../../core/errors.ts";
import { formatShape, sameShape } from "../../core/shape.ts";
import type { Builder } from "../../graph/builder.ts";
import type { Node } from "../../graph/op.ts";
import type { Facts, KerasNames } from "../facts.ts";
import { hotRows } from "../losses/formulas.ts";
import { shapeWithout } from "../losses/loss.ts";
import type { ScoredBatch } from "../losses/reduce-loss.ts";

/** What has been added up, in f64: a list of numbers under each name. */
export type Sums = Readonly<Record<string, readonly number[]>>;

/** Options that every metric takes. */
export interface MetricOptions {
  /** The name in logs. Default: Keras's. */
  readonly name?: string;
}

/** Keras's names of those options. */
export const metricNames = { name: "name" } as const satisfies KerasNames<MetricOptions>;

/** The facts of a metric, with what all metrics have in common. */
export function metricFacts<O extends MetricOptions>(own: Omit<Facts<O>, "group">): Facts<O> {
  const { keras, ...facts } = own;
  if (keras === undefined) return { group: "metrics", ...facts };
  // Those that count state a kind of whole number; results are the same.
  return { group: "metrics", ...facts, keras: { fixed: { dtype: undefined }, ...keras } };
}

/** Which way a number improves. */
export type Better = "higher" | "lower";

export interface Metric {
  /** The factory's name, as in `metrics.precision`; files keep it. */
  readonly kind: string;
  /** The name that logs use. */
  readonly name: string;
  /** All options but the name, defaults filled in: plain data, enough to make the metric again. */
  readonly options: object;
  /**
   * Which way the metric improves, for early stopping, checkpoints and reports. Absent where
   * neither way is better.
   */
  readonly better?: Better | undefined;
  /**
   * What a batch adds, under names of the metric's own.
   *
   * @throws ShapeError where it does not fit.
   */
  sums(batch: ScoredBatch): Readonly<Record<string, Node>>;
  /**
   * What a batch adds, from what `sums` gave for it, in f64: for numbers whose digits f32 cannot
   * hold. Absent where `sums` is added up as it is.
   */
  ofBatch?(numbers: Sums): Sums;
  /**
   * The metric, from what was added up; a list where it has a number for each class or threshold.
   */
  result(sums: Sums): number | readonly number[];
}

/** a / b; 0 where b is. */
export function shareOf(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** The total of a list. */
export function totalOf(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** x as f32. */
export function asValues(x: Node, build: Builder): Node {
  return x.dtype === "f32" ? x : build.cast(x, "f32");
}

/** x as whole numbers. */
export function asWhole(x: Node, build: Builder): Node {
  return x.dtype === "f32" ? build.cast(x, "i32") : x;
}

/**
 * Targets shaped as the predictions: class numbers become rows of 0 and one 1.
 *
 * @throws ShapeError where they are neither.
 */
export function targetRows({ targets, predictions, build }: ScoredBatch, metric: string): Node {
  if (sameShape(targets.shape, predictions.shape)) return asValues(targets, build);
  const { shape } = predictions;
  const isClasses = shape.length >= 2 && sameShape(targets.shape, shapeWithout(predictions, -1));
  if (isClasses && targets.dtype !== "f32") {
    return hotRows(targets, shape[shape.length - 1], build);
  }
  throw new ShapeError({
    what: `${metric} compares targets with predictions.`,
    expected: `${formatShape(shape)}, or one class number for each row of it`,
    received: formatShape(targets.shape),
  });
}
