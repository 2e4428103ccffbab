// Fills the inputs of an op's samples. Values that could meet at a kink (a tie, a zero) never do:
// every f32 element of a sample takes a place of its own on an even grid that misses whole numbers.

import { allocate } from "../../src/core/dtype.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Precision } from "../../src/graph/evaluate.ts";
import type { Sample } from "../../src/graph/op.ts";

/** The inputs of `sample`: the same at every call. */
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
      data[i] = low + ((order[next++] + 0.3) / places) * (high - low);
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
