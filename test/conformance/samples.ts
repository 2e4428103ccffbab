// Turns an op's samples into values and graphs. Every conformance suite fills inputs the same way.

import type { NumericArray } from "../../src/core/dtype.ts";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { apply, type Attributes, type Node, type Op, type Sample } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";

/** Values for a sample's inputs, the same ones every time. */
export function valuesOf(sample: Sample<Attributes>, precision: "f32" | "f64"): Tensor[] {
  return sample.inputs.map(({ shape, dtype = "f32", range }, i) => {
    const random = new RandomStream(42, i);
    const [low, high] = range ?? (dtype === "f32" ? [-1, 1] : [0, 8]);
    const length = sizeOf(shape);
    const draw = () => low + random.uniform() * (high - low);
    let data: NumericArray;
    if (dtype === "i32") data = Int32Array.from({ length }, () => Math.floor(draw()));
    else if (dtype === "u8") data = Uint8Array.from({ length }, () => Math.floor(draw()));
    else if (precision === "f64") data = Float64Array.from({ length }, () => Math.fround(draw()));
    else data = Float32Array.from({ length }, draw);
    return { data, shape };
  });
}

/** The op over inputs named x0, x1, …, and values for them. */
export function graphOf(op: Op, sample: Sample<Attributes>, precision: "f32" | "f64") {
  const inputs = sample.inputs.map(({ shape, dtype = "f32" }, i): Node =>
    ops.input(`x${i}`, { shape, dtype }),
  );
  const values = valuesOf(sample, precision);
  const sources = Object.fromEntries(values.map((value, i) => [`x${i}`, value]));
  return { inputs, node: apply(op, inputs, sample.attributes), sources };
}

/** The largest difference, relative to the largest expected value (or to 1e-3, if that is less). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let largest = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
    if (Number.isNaN(actual[i]) !== Number.isNaN(expected[i])) return Number.POSITIVE_INFINITY;
  }
  return difference / largest;
}
