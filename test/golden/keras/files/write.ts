// Writes models of Fovea's in every kind of file, with what they predict, for check.py to load in Keras.
//
//     npx tsx test/golden/keras/files/write.ts <folder>
//     KERAS_BACKEND=tensorflow python test/golden/keras/files/check.py <folder>
//
// Each layer of the table is one model for each of its samples; losses, metrics, optimizers and schedules
// are compiled into small ones.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Tensor } from "../../../../src/core/tensor.ts";
import {
  lossRows,
  metricRows,
  optimizerRows,
} from "../../../../src/interchange/keras/definition-rows.ts";
import { noLayersToKeras, ownLayers } from "../../../../src/interchange/keras/layer-rows.ts";
import { WasmDevice } from "../../../../src/machine/wasm/index.ts";
import { input } from "../../../../src/nn/input.ts";
import { type LayerKind, layerFrom, layers } from "../../../../src/nn/layers/index.ts";
import { lossFrom } from "../../../../src/nn/losses/index.ts";
import { metricFrom } from "../../../../src/nn/metrics/index.ts";
import type { Network, SymbolicOutputs } from "../../../../src/nn/network.ts";
import { optimizerFrom } from "../../../../src/nn/optimizers/index.ts";
import { rateAt } from "../../../../src/nn/optimizers/learning-rate.ts";
import { schedules } from "../../../../src/nn/schedules/index.ts";
import { model } from "../../../../src/train/functional.ts";
import type { Model } from "../../../../src/train/model.ts";
import { saveModel } from "../../../../src/train/save.ts";
import { sequential } from "../../../../src/train/sequential.ts";
import { type LayerSample, layerCases } from "../../../conformance/layer-cases/index.ts";
import { metricCases } from "../../../conformance/metric-cases.ts";
import { classes, networkWeights, uniform } from "../../shared-numbers.ts";

const [folder] = process.argv.slice(2);
const count = 3;
const device = await WasmDevice.open({ threads: 2 });

interface Written {
  readonly name: string;
  /** Shapes without N; numbers come from shared_numbers.py by their place. */
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  readonly optimizer?: string;
  readonly iterations?: number;
  /** The learning rate after those. */
  readonly rate?: number;
}

const written: Written[] = [];
const skipped: string[] = [];

async function keep(
  name: string,
  made: Model<SymbolicOutputs>,
  endings: readonly string[],
  more: Partial<Written> = {},
): Promise<void> {
  const inputs = made.inputs.map(({ shape }) => shape);
  const x = inputs.map((shape, i) => uniform(7 + i, [count, ...shape], -1, 1));
  const found: unknown = await made.predict(x);
  const tensors = (
    "data" in (found as object) ? [found] : Object.values(found as object)
  ) as Tensor<Float32Array>[];
  const outputs = tensors.map(({ data }) => [...data]);
  for (const ending of endings) {
    await saveModel(made, join(folder, name + ending));
    written.push({ name: name + ending, inputs, outputs, ...more });
  }
  if (endings.includes(".keras")) {
    await made.saveWeights(join(folder, `${name}.weights.h5`));
    written.push({ name: `${name}.weights.h5`, inputs, outputs });
  }
}

async function layerModel(kind: LayerKind, sample: LayerSample): Promise<Model<SymbolicOutputs>> {
  const shapes = [sample.input, ...(sample.others ?? [])];
  const inputs = shapes.map((shape) => input({ shape }));
  const above = layers.activation({ activation: "softplus" });
  const tensors = sample.positive ? inputs.map((one) => above.apply(one)) : inputs;
  const made = model({ inputs, outputs: layerFrom(kind, sample.options).apply(tensors), device });
  await made.setWeights(positive(made.network));
  return made;
}

/** Values for all weights; variances are above 0. */
function positive(network: Network): Map<string, Tensor<Float32Array>> {
  const weights = networkWeights(network);
  for (const [name, { data }] of weights) {
    if (!name.endsWith("variance")) continue;
    for (let i = 0; i < data.length; i++) data[i] = Math.abs(data[i]) + 0.5;
  }
  return weights;
}

for (const kind of Object.keys(layers) as LayerKind[]) {
  if (ownLayers.includes(kind)) continue;
  for (const [i, sample] of layerCases[kind].samples.entries()) {
    const name = `layer-${kind}-${i}`;
    try {
      const endings = noLayersToKeras.includes(kind) ? [".keras"] : [".keras", ".h5"];
      await keep(name, await layerModel(kind, sample), endings);
    } catch (error) {
      skipped.push(`${name} ${JSON.stringify(sample.options)}: ${(error as Error).message}`);
    }
  }
}

const small = () =>
  sequential(
    [
      layers.dense({ units: 4, activation: "relu", inputShape: [3] }),
      layers.dense({ units: 3, activation: "softmax" }),
    ],
    { device, seed: 5 },
  );
const examples = { x: uniform(1, [6, 3], -1, 1), y: classes(2, 6, 3) };
const fit = { epochs: 3, batchSize: 6, shuffle: false, verbose: 0 } as const;

const optimizerOptions: Readonly<Record<string, object>> = {
  adam: { amsgrad: true, useEma: true, clipNorm: 1 },
  rmsprop: { momentum: 0.5, centered: true, clipValue: 0.5 },
  sgd: { momentum: 0.9, nesterov: true, gradientAccumulationSteps: 2 },
  adagrad: { weightDecay: 0.01, globalClipNorm: 1 },
};
for (const name of Object.keys(optimizerRows)) {
  const made = small();
  const optimizer = optimizerFrom(name, optimizerOptions[name] ?? {});
  made.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  await made.fit(examples, fit);
  await keep(`optimizer-${name}`, made, [".keras", ".h5"], { optimizer: name, iterations: 3 });
}

const rates = {
  cosineDecay: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }),
  cosineDecayRestarts: schedules.cosineDecayRestarts({
    initialLearningRate: 0.1,
    firstDecaySteps: 3,
  }),
  exponentialDecay: schedules.exponentialDecay({
    initialLearningRate: 0.1,
    decaySteps: 10,
    decayRate: 0.5,
  }),
  inverseTimeDecay: schedules.inverseTimeDecay({
    initialLearningRate: 0.1,
    decaySteps: 10,
    decayRate: 0.5,
  }),
  piecewiseConstantDecay: schedules.piecewiseConstantDecay({
    boundaries: [1, 2],
    values: [0.3, 0.2, 0.1],
  }),
  polynomialDecay: schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 10 }),
};
for (const [name, learningRate] of Object.entries(rates)) {
  const made = small();
  const optimizer = optimizerFrom("sgd", { learningRate, momentum: 0.5 });
  made.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  await made.fit(examples, fit);
  const rate = rateAt(learningRate, 3);
  const told = { optimizer: "sgd", iterations: 3, rate };
  await keep(`schedule-${name}`, made, [".keras", ".h5"], told);
}

// Whole numbers where Keras wants floats.
const whole = {
  exponentialDecay: schedules.exponentialDecay({
    initialLearningRate: 1,
    decaySteps: 10,
    decayRate: 0.5,
  }),
  piecewiseConstantDecay: schedules.piecewiseConstantDecay({ boundaries: [1], values: [1, 0.5] }),
  number: 1,
};
for (const [name, learningRate] of Object.entries(whole)) {
  const made = small();
  const optimizer = optimizerFrom("sgd", { learningRate, momentum: 1 });
  made.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
  await made.fit(examples, fit);
  const rate = rateAt(learningRate, 3);
  await keep(`whole-${name}`, made, [".keras", ".h5"], { optimizer: "sgd", iterations: 3, rate });
}

for (const name of Object.keys(lossRows)) {
  const made = small();
  made.compile({ optimizer: "sgd", loss: lossFrom(name) });
  await keep(`loss-${name}`, made, [".keras", ".h5"], { optimizer: "sgd" });
}
for (const kind of Object.keys(metricRows) as (keyof typeof metricCases)[]) {
  const made = small();
  const { options = {} } = metricCases[kind] as { options?: object };
  made.compile({
    optimizer: "sgd",
    loss: "meanSquaredError",
    metrics: [metricFrom(kind, options)],
  });
  await keep(`metric-${kind}`, made, [".keras", ".h5"], { optimizer: "sgd" });
}

const left = input({ shape: [6, 6, 2], name: "left" });
const right = input({ shape: [6, 6, 2], name: "right" });
const innerInput = input({ shape: [6, 6, 2] });
const inner = model({
  name: "inner",
  inputs: innerInput,
  outputs: layers
    .batchNormalization()
    .apply(
      layers
        .conv2d({ filters: 3, kernelSize: 3, padding: "same", kernelRegularizer: "l2" })
        .apply(innerInput),
    ),
  device,
});
const shared = layers.dense({ units: 4, activation: "relu", name: "shared" });
const head = sequential([layers.dense({ units: 2, inputShape: [4], name: "last" })], {
  name: "head",
  device,
});
const pool = layers.globalAveragePooling2d();
const ends = [left, right].map((one) => shared.apply(pool.apply(inner.apply(one))));
const sum = layers.add().apply(ends);
const wide = model({
  name: "wide",
  inputs: [left, right],
  outputs: {
    a: head.apply(sum),
    b: layers.dense({ units: 3, activation: "softmax", trainable: false }).apply(ends[0]),
  },
  device,
});
await wide.setWeights(networkWeights(wide.network));
await keep("nested-record", wide, [".keras"]);
const listed = model({
  name: "listed",
  inputs: wide.inputs,
  outputs: [wide.outputs.b, wide.outputs.a],
  device,
});
await keep("nested-list", listed, [".keras", ".h5"]);

writeFileSync(join(folder, "expected.json"), JSON.stringify({ count, written, skipped }));
console.log(`${written.length} files, ${skipped.length} models that Keras has no words for`);
await device.close();
