// Whole epochs with weighted classes and weighted examples against Keras 3 on TensorFlow, which
// computed the fixtures in f64 (keras/make_weighted_fits.py).

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, networkWeights, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;
const examples = 22;
const shape = [4, 3, 2];
const classCount = 3;
const classWeights = { 0: 0.5, 2: 3 };
const reductions = { sum: "sum", mean_with_sample_weight: "meanWithSampleWeight" } as const;

type Values = Readonly<Record<string, readonly number[]>>;

interface Fixture {
  readonly targets: "classes" | "hot";
  readonly weigh: "classes" | "samples";
  readonly reduction?: keyof typeof reductions;
  readonly ignore?: number;
  readonly history: Values;
  readonly evaluated: Readonly<Record<string, number>>;
  readonly weights: Values;
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/weighted-fits.json", import.meta.url), "utf8"),
) as Record<string, Fixture>;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

function lossOf({ targets, reduction, ignore }: Fixture) {
  const given = reduction === undefined ? {} : { reduction: reductions[reduction] };
  if (targets === "hot") return losses.categoricalCrossentropy(given);
  return losses.sparseCategoricalCrossentropy({ ...given, ignoreClass: ignore ?? null });
}

function answersOf({ targets }: Fixture): Tensor<Int32Array | Float32Array> {
  const labels = classes(2, examples, classCount);
  if (targets === "classes") return labels;
  const hot = (_: unknown, i: number) =>
    Number(labels.data[Math.floor(i / classCount)] === i % classCount);
  const data = Float32Array.from({ length: examples * classCount }, hot);
  return { data, shape: [examples, classCount] };
}

describe.each(Object.entries(fixtures))("%s", (_, fixture) => {
  let model: Model;
  let history: Values;
  const x = uniform(1, [examples, ...shape], -1, 1);
  const sampleWeights = uniform(3, [examples], 0.25, 2);
  const y = answersOf(fixture);

  beforeAll(async () => {
    model = sequential(
      [
        layers.conv2d({ filters: 4, kernelSize: 2, activation: "tanh", inputShape: shape }),
        layers.flatten(),
        layers.dense({ units: classCount, activation: "softmax" }),
      ],
      { device },
    );
    await model.setWeights(networkWeights(model.network));
    model.compile({
      optimizer: "sgd",
      loss: lossOf(fixture),
      metrics: ["accuracy"],
      weightedMetrics: ["accuracy"],
    });
    model.learningRate = 0.1;
    const byClass = fixture.weigh === "classes";
    const result = await model.fit(byClass ? { x, y } : { x, y, sampleWeights }, {
      ...(byClass ? { classWeights } : {}),
      batchSize: 5,
      epochs: 2,
      shuffle: false,
      verbose: 0,
      validationSplit: 0.25,
    });
    history = result.history;
  });
  afterAll(() => model.dispose());

  test.each(Object.keys(fixture.history))("%s is the same", (name) => {
    expect(relativeError(history[name], fixture.history[name])).toBeLessThanOrEqual(tolerance);
  });

  test("all weights are the same", async () => {
    const received = await model.getWeights();
    expect([...received.keys()]).toEqual(Object.keys(fixture.weights));
    for (const [name, { data }] of received) {
      expect(relativeError(data, fixture.weights[name]), name).toBeLessThanOrEqual(tolerance);
    }
  });

  test("evaluation by the examples' weights is the same", async () => {
    const logs = await model.evaluate({ x, y, sampleWeights }, { batchSize: 8 });
    expect(Object.keys(logs)).toEqual(Object.keys(fixture.evaluated));
    for (const [name, value] of Object.entries(fixture.evaluated)) {
      expect(relativeError([logs[name]], [value]), name).toBeLessThanOrEqual(tolerance);
    }
  });
});
