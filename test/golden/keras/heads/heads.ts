// Writes models of Fovea's whose outputs are records that are not sorted, for heads.py to load in Keras.
//
//     npx tsx test/golden/keras/heads/heads.ts <folder>

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { input, layers, model, saveModel, type Tensor, tensor } from "../../../../src/index.ts";

const [folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const x = tensor(Float32Array.of(1, 2, 3, -1, 0.5, 0.25), [3, 2]);
const dense = (value: number) =>
  layers.dense({ units: 1, kernelInitializer: { name: "constant", options: { value } } });

function heads() {
  const start = input({ shape: [2] });
  return model({
    name: "heads",
    inputs: start,
    outputs: { kind: dense(1).apply(start), age: dense(10).apply(start) },
  });
}

const trained = heads();
trained.compile({
  optimizer: "adam",
  loss: { kind: "meanSquaredError", age: "meanAbsoluteError" },
  lossWeights: { kind: 2, age: 0.5 },
  metrics: { kind: ["meanAbsoluteError"], age: ["meanSquaredError"] },
});
const targets = { kind: Float32Array.of(1, 2, 3), age: Float32Array.of(3, 2, 1) };
const y = { kind: tensor(targets.kind, [3, 1]), age: tensor(targets.age, [3, 1]) };
await trained.fit({ x, y }, { epochs: 2, verbose: 0 });

const start = input({ shape: [2] });
const inner = heads().apply(start);
const nested = model({
  name: "nested",
  inputs: start,
  outputs: { minus: layers.subtract().apply([inner.kind, inner.age]), age: inner.age },
});

/** One network used twice, the second use first among the results. */
const once = input({ shape: [2] });
const scale = model({ inputs: once, outputs: dense(3).apply(once), name: "scale" });
const first = scale.apply(start);
const second = scale.apply(layers.concatenate().apply([first, first]));
const twice = model({ name: "twice", inputs: start, outputs: { z: first, b: second } });

const expected: Record<string, Record<string, number[]>> = {};
for (const made of [trained, nested, twice]) {
  for (const ending of [".keras", ".h5"]) {
    await saveModel(made, join(folder, made.name + ending));
    const found: Record<string, Tensor<Float32Array>> = await made.predict(x);
    expected[made.name + ending] = Object.fromEntries(
      Object.entries(found).map(([name, { data }]) => [name, [...data]]),
    );
  }
}
writeFileSync(join(folder, "expected.json"), JSON.stringify(expected));
