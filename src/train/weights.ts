// How much each example counts: weights that come with the examples, or one for each class. As in Keras:
// a class without a weight has 1, and examples have the one or the other.

import { ConfigError, DataError } from "../core/errors.ts";
import { outlineOf, shown } from "../core/option.ts";
import { formatShape, type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { TargetKind } from "./targets.ts";

/** A weight of at least 0 for each class number. */
export type ClassWeights = Readonly<Record<number, number>>;

/** Which rows classes weigh: the first `count`; the others are held back and weigh 1. */
export interface ClassWeighting {
  readonly classWeights: ClassWeights | undefined;
  readonly count: number;
}

/** The targets for one output, their weights where they have any, and what compares them with what. */
export interface LabelledExamples {
  readonly targets: Tensor;
  readonly sampleWeights: Tensor | undefined;
  readonly loss: TargetKind;
  readonly outputShape: Shape;
}

/**
 * The weights of examples, `[N]` or `[N, …]`; none where all count alike.
 *
 * @throws ConfigError where weights are given twice, or classes are weighed that do not exist; DataError
 * where weights cannot be used.
 */
export function weightsOf(
  examples: LabelledExamples,
  weighting?: ClassWeighting,
): Tensor<Float32Array> | undefined {
  const { sampleWeights } = examples;
  const classWeights = weighting?.classWeights;
  if (classWeights === undefined) {
    return sampleWeights === undefined ? undefined : checkWeights(sampleWeights);
  }
  if (sampleWeights !== undefined) {
    throw new ConfigError({
      what: "The examples have weights, and so do their classes.",
      expected: "sampleWeights or classWeights",
      received: "both",
      fix: "multiply them into sampleWeights",
    });
  }
  checkClassWeights(classWeights, examples);
  return fromClasses(examples.targets, classWeights, weighting?.count ?? 0);
}

function isWeight(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(Math.fround(value)) && value >= 0;
}

function checkWeights({ data, shape }: Tensor): Tensor<Float32Array> {
  const wrong = data.findIndex((value: number) => !isWeight(value));
  if (wrong >= 0) {
    throw new DataError({
      what: "The weight of an example cannot be used.",
      expected: "finite numbers of at least 0",
      received: `${data[wrong]} at index ${wrong}`,
    });
  }
  const isColumn = shape.length === 2 && shape[1] === 1;
  return { data: Float32Array.from(data), shape: isColumn ? shape.slice(0, 1) : shape };
}

/** @throws ConfigError unless each weight is one, and is that of a class. */
function checkClassWeights(weights: ClassWeights, examples: LabelledExamples): void {
  const isRecord = typeof weights === "object" && weights !== null && !(weights instanceof Map);
  const fail = (expected: string, received: string): never => {
    throw new ConfigError({
      what: "The option classWeights cannot be used.",
      expected,
      received,
    });
  };
  if (!isRecord) fail("a record by class number, such as { 0: 1, 1: 5 }", outlineOf(weights));
  const [low, high] = classRange(examples);
  for (const [key, weight] of Object.entries(weights)) {
    const label = Number(key);
    if (key.trim() === "" || !Number.isInteger(label) || label < low || label > high) {
      const classes = Number.isFinite(high) ? `${low} to ${high}` : "whole numbers";
      fail(`weights for class numbers: ${classes}`, `a weight for "${key}"`);
    }
    if (!isWeight(weight)) fail("finite numbers of at least 0", `${shown(weight)} for ${key}`);
  }
}

/** The lowest and the highest class number. */
function classRange({ targets, loss, outputShape }: LabelledExamples): readonly [number, number] {
  if (loss.targets === "classes") return [0, (outputShape.at(-1) ?? 1) - 1];
  const columns = sizeOf(targets.shape.slice(1));
  return columns > 1 ? [0, columns - 1] : (loss.range ?? [-Infinity, Infinity]);
}

function fromClasses({ data, shape }: Tensor, weights: ClassWeights, count: number) {
  const [total] = shape;
  if (shape.length > 2) {
    throw new DataError({
      what: "Class weights need one class an example.",
      expected: "targets [N], or one-hot rows [N, C]",
      received: formatShape(shape),
      fix: "give the examples sampleWeights, one for each place",
    });
  }
  const columns = sizeOf(shape.slice(1));
  const weightOf = (_: unknown, row: number) => {
    if (row >= count) return 1;
    const target = data.subarray(row * columns, (row + 1) * columns);
    const label = columns === 1 ? Math.round(target[0]) : classOf(target, row);
    return weights[label] ?? 1;
  };
  return { data: Float32Array.from({ length: total }, weightOf), shape: [total] };
}

/** The class of a one-hot row, or of one whose largest share is plain. @throws DataError for others. */
function classOf(row: ArrayLike<number>, index: number): number {
  let best = 0;
  let isTied = false;
  for (let i = 1; i < row.length; i++) {
    if (row[i] === row[best]) isTied = true;
    if (row[i] <= row[best]) continue;
    best = i;
    isTied = false;
  }
  if (!isTied) return best;
  throw new DataError({
    what: "Class weights need one class an example.",
    expected: "one-hot rows, each with one largest value",
    received: `[${Array.from(row).slice(0, 20).join(", ")}${row.length > 20 ? ", …" : ""}] for example ${index}`,
    fix: "give the examples sampleWeights instead",
  });
}
