// Turns an op's samples into values and graphs: every conformance suite fills inputs the same way.
// Values that could meet at a kink (a tie, a zero) never do: every f32 element of a sample takes a
// place of its own on an even grid that misses whole numbers.

import { allocate } from "../../src/core/dtype.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Precision } from "../../src/graph/evaluate.ts";
import { apply, type Op, type Sample } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";

/** The inputs of `sample`: the same at every call, and the same numbers in either precision. */
export function sampleTensors(sample: Sample<object>, precision: Precision): Tensor[] {
  const random = new RandomStream(2024);
  const isFloat = sample.inputs.map(({ dtype = "f32" }) => dtype === "f32");
  const places = sample.inputs.reduce(
    (sum, { shape }, n) => sum + (isFloat[n] ? sizeOf(shape) : 0),
    0,
  );
  const order = random.permutation(places);
  let next = 0;
  return sample.inputs.map(({ shape, dtype = "f32", range }) => {
    const size = sizeOf(shape);
    if (dtype !== "f32") {
      const [low, high] = range ?? [0, 8];
      const data = allocate(dtype, size).map(() => low + random.below(high - low));
      return { data, shape };
    }
    const [low, high] = range ?? [-1, 1];
    const data = precision === "f64" ? new Float64Array(size) : new Float32Array(size);
    for (let i = 0; i < size; i++) {
      data[i] = Math.fround(low + ((order[next++] + 0.3) / places) * (high - low));
    }
    return { data, shape };
  });
}

/** Weights of magnitude 0.5 to 1.5, to make one number of a result in which every element counts. */
export function sampleWeights(shape: Shape, stream = 1): Tensor<Float64Array> {
  const random = new RandomStream(2024, stream);
  const weight = () => (random.below(2) === 0 ? -1 : 1) * (0.5 + random.uniform());
  return { data: new Float64Array(sizeOf(shape)).map(weight), shape };
}

/** The op applied to inputs that are named by their position, and their values. */
export function applySample(op: Op, sample: Sample<object>, precision: Precision) {
  const tensors = sampleTensors(sample, precision);
  const inputs = sample.inputs.map(({ shape, dtype = "f32" }, n) =>
    ops.input(`${n}`, { shape, dtype }),
  );
  const sources: Record<string, Tensor> = Object.fromEntries(tensors.entries());
  return { node: apply(op, inputs, sample.attributes), inputs, tensors, sources };
}

/** A sample in one line, to name a test by. */
export function describeSample({ inputs, attributes }: Sample<object>): string {
  return JSON.stringify([inputs.map(({ shape, dtype = "f32" }) => [dtype, ...shape]), attributes]);
}

/**
 * The largest difference, relative to the largest number expected, or to `scale`: what an op's `tolerance` bounds.
 * Numbers that are not finite must be the same ones, and as many; otherwise the error is infinite.
 */
export function relativeError(
  received: ArrayLike<number>,
  expected: ArrayLike<number>,
  scale?: number,
): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  let error = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(expected[i]) || !Number.isFinite(received[i])) {
      if (Object.is(received[i], expected[i])) continue;
      return Number.POSITIVE_INFINITY;
    }
    error = Math.max(error, Math.abs(received[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  const relativeTo = scale ?? largest;
  return relativeTo === 0 ? error : error / relativeTo;
}
