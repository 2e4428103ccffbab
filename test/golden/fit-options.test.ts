// Epochs of so many steps, validation now and then, and single batches against Keras 3 on TensorFlow,
// which computed the fixtures in f64 (keras/make_fit_options.py).

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, networkWeights, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;
const [features, classCount] = [4, 3];

type Values = Readonly<Record<string, readonly number[]>>;

interface FitFixture {
  readonly options: {
    readonly epochs: number;
    readonly steps_per_epoch?: number;
    readonly initial_epoch?: number;
    readonly validation_freq?: number | readonly number[];
    readonly validation_steps?: number;
  };
  readonly epochs: readonly number[];
  readonly history: Values;
  readonly weights: readonly (readonly number[])[];
}

interface Fixtures {
  readonly fits: Readonly<Record<string, FitFixture>>;
  readonly onBatch: {
    readonly logs: readonly Readonly<Record<string, number>>[];
    readonly weights: readonly (readonly number[])[];
    readonly predictions: readonly number[];
  };
}

const { fits, onBatch } = JSON.parse(
  readFileSync(new URL("keras/fit-options.json", import.meta.url), "utf8"),
) as Fixtures;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const x = uniform(1, [22, features], -1, 1);
const y = classes(2, 22, classCount);
const validation = { x: uniform(3, [11, features], -1, 1), y: classes(4, 11, classCount) };

async function newModel(): Promise<Model> {
  const model = sequential(
    [
      layers.dense({ units: 5, activation: "tanh", inputShape: [features] }),
      layers.dense({ units: classCount, activation: "softmax" }),
    ],
    { device },
  );
  await model.setWeights(networkWeights(model.network));
  return model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.5 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
}

async function expectWeights(
  model: Model,
  expected: readonly (readonly number[])[],
): Promise<void> {
  [...(await model.getWeights())].forEach(([name, { data }], i) => {
    expect(relativeError(data, expected[i]), name).toBeLessThanOrEqual(tolerance);
  });
}

describe("fit with", () => {
  test.each(Object.entries(fits))("%s gives Keras's numbers", async (_, fixture) => {
    const { epochs, steps_per_epoch, initial_epoch, validation_freq, validation_steps } =
      fixture.options;
    const model = await newModel();
    const result = await model.fit(
      { x, y },
      {
        epochs,
        batchSize: 5,
        shuffle: false,
        verbose: 0,
        validationData: validation,
        ...(steps_per_epoch === undefined ? {} : { stepsPerEpoch: steps_per_epoch }),
        ...(initial_epoch === undefined ? {} : { initialEpoch: initial_epoch }),
        ...(validation_freq === undefined ? {} : { validationFrequency: validation_freq }),
        ...(validation_steps === undefined ? {} : { validationSteps: validation_steps }),
      },
    );
    expect(result.epochs.map(({ epoch }) => epoch)).toEqual(fixture.epochs);
    const { learning_rate, ...history } = result.history;
    expect(Object.keys(history).sort()).toEqual(Object.keys(fixture.history));
    for (const [name, values] of Object.entries(fixture.history)) {
      expect(history[name], name).toHaveLength(values.length);
      expect(relativeError(history[name], values), name).toBeLessThanOrEqual(tolerance);
    }
    await expectWeights(model, fixture.weights);
    await model.dispose();
  });
});

test("single batches give Keras's numbers, each its own", async () => {
  const model = await newModel();
  const rows = (from: number, to: number) => ({
    x: { data: x.data.subarray(from * features, to * features), shape: [to - from, features] },
    y: { data: y.data.subarray(from, to), shape: [to - from] },
  });
  const logs = [
    await model.trainOnBatch(rows(0, 5)),
    await model.trainOnBatch(rows(5, 12), { classWeights: { 0: 0.5, 2: 3 } }),
    await model.testOnBatch(validation),
  ];
  logs.forEach((numbers, i) => {
    expect(Object.keys(numbers)).toEqual(Object.keys(onBatch.logs[i]));
    for (const [name, value] of Object.entries(onBatch.logs[i])) {
      expect(relativeError([numbers[name]], [value]), `${name} ${i}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
  });
  await expectWeights(model, onBatch.weights);
  const { data } = await model.predictOnBatch(validation.x);
  expect(relativeError(data, onBatch.predictions)).toBeLessThanOrEqual(tolerance);
  expect(model.progress.iterations).toBe(2);
  await model.dispose();
});
