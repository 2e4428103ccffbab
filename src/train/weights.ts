// How much each example counts: weights that come with the examples, or one for each class. Floor
// 5. As in Keras: a class without a weight has 1, and examples have the one or the other.

import { ConfigError, DataError } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/** A weight for each class number. */
export type ClassWeights = Readonly<Record<number, number>>;

/** Which rows classes weigh: the first `count`; the others are held back and weigh 1. */
export interface ClassWeighting {
  readonly classWeights: ClassWeights | undefined;
  readonly count: number;
}

/** The answers for one output, and their weights where they have any. */
export interface AnsweredExamples {
  readonly answers: Tensor;
  readonly sampleWeights: Tensor<Float32Array> | undefined;
}

/**
 * The weights of examples, `[N]` or `[N, …]`; none where all count alike.
 *
 * @throws ConfigError where weights are given twice, DataError where they cannot be used.
 */
export function weightsOf(
  examples: AnsweredExamples,
  weighting?: ClassWeighting,
): Tensor<Float32Array> | undefined {
  const { answers, sampleWeights } = examples;
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
  return checkWeights(fromClasses(answers, classWeights, weighting?.count ?? 0));
}

function checkWeights({ data, shape }: Tensor<Float32Array>): Tensor<Float32Array> {
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new DataError({
      what: "A weight of an example is not a number.",
      expected: "finite numbers",
      received: `${data[wrong]} at index ${wrong}`,
    });
  }
  const isColumn = shape.length === 2 && shape[1] === 1;
  return isColumn ? { data, shape: shape.slice(0, 1) } : { data, shape };
}

function fromClasses({ data, shape }: Tensor, weights: ClassWeights, count: number) {
  const [total] = shape;
  if (shape.length > 2) {
    throw new DataError({
      what: "Class weights need one class an example.",
      expected: "answers [N], or one-hot rows [N, C]",
      received: formatShape(shape),
      fix: "give the examples sampleWeights, one for each place",
    });
  }
  const columns = sizeOf(shape.slice(1));
  const weightOf = (_: unknown, row: number) => {
    if (row >= count) return 1;
    const answer = data.subarray(row * columns, (row + 1) * columns);
    const label = columns === 1 ? Math.round(answer[0]) : largestOf(answer);
    return weights[label] ?? 1;
  };
  return { data: Float32Array.from({ length: total }, weightOf), shape: [total] };
}

function largestOf(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
  return best;
}
