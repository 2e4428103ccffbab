// The skeleton of metrics of intersection over union: a confusion matrix, added up.

import { ShapeError } from "../../core/errors.ts";
import { isWhole, requireOption, requireWhole } from "../../core/option.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { Node } from "../../graph/op.ts";
import type { KerasNames } from "../facts.ts";
import { epsilon, moveLast } from "../losses/formulas.ts";
import { requireSameShape } from "../losses/loss.ts";
import { alignWeights, type ScoredBatch } from "../losses/reduce-loss.ts";
import { asWhole, type Metric, type MetricOptions, metricNames, totalOf } from "./metric.ts";

/** Options of metrics of the intersection over union of classes. */
export interface ClassOverlapOptions extends MetricOptions {
  /** How many classes there are. */
  readonly numClasses: number;
  /** A class number whose places do not count. Default: none. */
  readonly ignoreClass?: number | null;
  /** The axis of the classes, where there is one. Default: the last. */
  readonly axis?: number;
}

export interface OverlapMetricOptions extends ClassOverlapOptions {
  /** Whether targets are class numbers rather than one-hot rows. Default: true. */
  readonly sparseYTrue?: boolean;
  /** Whether predictions are class numbers rather than scores of each class. Default: true. */
  readonly sparseYPred?: boolean;
}

export const overlapNames = {
  ...metricNames,
  numClasses: "num_classes",
  ignoreClass: "ignore_class",
  sparseYTrue: "sparse_y_true",
  sparseYPred: "sparse_y_pred",
  axis: "axis",
} as const satisfies KerasNames<OverlapMetricOptions>;

/** What such a metric says; the rest follows. */
export interface OverlapRecord {
  readonly kind: string;
  readonly name: string;
  readonly options: object;
  readonly numClasses: number;
  /** The classes whose mean it is. */
  readonly targetClassIds: readonly number[];
  readonly ignoreClass?: number | null;
  /** The class number of every place of the targets, and of the predictions. */
  readonly classes: (batch: ScoredBatch) => { readonly labels: Node; readonly given: Node };
}

/** A metric from its record. @throws ConfigError where an option cannot be used. */
export function overlapMetric(record: OverlapRecord): Metric {
  const { numClasses, targetClassIds, ignoreClass = null } = record;
  requireWhole("numClasses", numClasses);
  const isClass = (id: unknown) => isWhole(id, 0) && id < numClasses;
  const areClasses =
    Array.isArray(targetClassIds) && targetClassIds.length > 0 && targetClassIds.every(isClass);
  requireOption("targetClassIds", targetClassIds, areClasses, `class numbers below ${numClasses}`);
  return {
    kind: record.kind,
    better: "higher",
    name: record.name,
    options: record.options,
    sums(batch) {
      const { build, weights } = batch;
      const { labels, given } = record.classes(batch);
      const places = sizeOf(given.shape);
      requirePlaces(record.kind, labels, given);
      const rows = (classes: Node) =>
        build.oneHot(build.reshape(asWhole(classes, build), [places]), numClasses);
      let answered = rows(ignoreClass === null ? labels : without(labels, ignoreClass, batch));
      if (weights !== undefined) {
        const weight = build.broadcastTo(alignWeights(weights, given, build), given.shape);
        answered = build.multiply(answered, build.reshape(weight, [places, 1]));
      }
      return { matrix: build.matmul(answered, rows(given), { transposeA: true }) };
    },
    result: ({ matrix }) => meanOverlap(matrix, numClasses, targetClassIds),
  };
}

/** Class numbers in which those that do not count are no class. */
function without(labels: Node, ignored: number, { build }: ScoredBatch): Node {
  const whole = asWhole(labels, build);
  const isIgnored = build.equal(whole, build.constant(ignored, [], "i32"));
  return build.select(isIgnored, build.constant(-1, [], "i32"), whole);
}

/** The classes of each place, by the options that most of these metrics share. */
export function classesBy(options: {
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly axis: number;
}): OverlapRecord["classes"] {
  const { sparseYTrue, sparseYPred, axis } = options;
  return ({ build, targets, predictions }) => {
    if (!sparseYTrue && !sparseYPred)
      requireSameShape(targets, predictions, "An overlap of classes");
    const best = (x: Node) => build.argMaximum(moveLast(x, axis, build));
    return {
      labels: sparseYTrue ? targets : best(targets),
      given: sparseYPred ? predictions : best(predictions),
    };
  };
}

/** The mean of |A ∩ B| / |A ∪ B| over the classes that occur, as Keras rounds it. */
function meanOverlap(
  matrix: readonly number[],
  classes: number,
  targetClasses: readonly number[],
): number {
  const row = (i: number) => totalOf(matrix.slice(i * classes, (i + 1) * classes));
  const column = (i: number) => totalOf(matrix.filter((_, at) => at % classes === i));
  const overlaps = targetClasses.flatMap((i) => {
    const both = matrix[i * classes + i];
    const either = row(i) + column(i) - both;
    return either > 1e-9 ? [both / (either + epsilon)] : [];
  });
  return totalOf(overlaps) / (overlaps.length + epsilon);
}

function requirePlaces(metric: string, labels: Node, given: Node): void {
  if (sizeOf(labels.shape) === sizeOf(given.shape)) return;
  throw new ShapeError({
    what: `${metric} compares one class with one class.`,
    expected: `as many targets as predictions: ${formatShape(given.shape)}`,
    received: formatShape(labels.shape),
    fix: "set sparseYTrue and sparseYPred to false for rows of scores",
  });
}
