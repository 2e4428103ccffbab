// A network that has learned something, and knows where it is: patches of stripes on noise.

import { RandomStream } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";

export const size = 24;
const patch = 10;

/** Pictures `[N, 24, 24, 1]` with a striped patch each: class 0 lying, class 1 standing. */
export function stripes(count: number, seed: number) {
  const stream = new RandomStream(seed);
  const data = Float32Array.from({ length: count * size * size }, () => 0.3 * stream.uniform());
  const places: { top: number; left: number }[] = [];
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const top = stream.below(size - patch);
    const left = stream.below(size - patch);
    labels[n] = n % 2;
    places.push({ top, left });
    for (let y = 0; y < patch; y++) {
      for (let x = 0; x < patch; x++) {
        const stripe = (labels[n] === 0 ? y : x) % 4 < 2 ? 1 : 0;
        data[n * size * size + (top + y) * size + left + x] = stripe;
      }
    }
  }
  const x: Tensor<Float32Array> = { data, shape: [count, size, size, 1] };
  return { x, y: { data: labels, shape: [count] }, places };
}

/** The share of a map that lies in the patch. */
export function shareInPatch(
  map: Tensor<Float32Array>,
  { top, left }: { top: number; left: number },
) {
  let inside = 0;
  let all = 0;
  map.data.forEach((value, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const isInside = row >= top && row < top + patch && column >= left && column < left + patch;
    all += value;
    if (isInside) inside += value;
  });
  return inside / all;
}

export function network(seed = 1) {
  const model = sequential(
    [
      layers.conv2d({
        filters: 8,
        kernelSize: 5,
        activation: "relu",
        padding: "same",
        inputShape: [size, size, 1],
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 12, kernelSize: 3, activation: "relu", padding: "same" }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed },
  );
  model.compile({
    optimizer: "adam",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

export async function trained() {
  const model = network();
  model.learningRate = 0.01;
  await model.fit(stripes(512, 3), { epochs: 8, batchSize: 32, verbose: 0 });
  return model;
}
