// Files that real Keras 3 saved, loaded: the same predictions, and after two more steps of training the
// same again, which needs what the optimizer remembers. `keras/files/make.py` made them.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { loadModel } from "../../src/train/load.ts";
import type { Model } from "../../src/train/model.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, uniform } from "./shared-numbers.ts";

interface Fixture {
  readonly parameters: number;
  /** By output; the only one has no name. */
  readonly predictions: Readonly<Record<string, readonly number[]>>;
  readonly later: Readonly<Record<string, readonly number[]>>;
}

const folder = new URL("keras/files/", import.meta.url);
const pathOf = (name: string) => fileURLToPath(new URL(name, folder));
const fixtures = JSON.parse(readFileSync(pathOf("predictions.json"), "utf8")) as Record<
  string,
  Fixture
>;
const count = 6;
const tolerance = 1e-5;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

function inputsOf(model: Model): Tensor<Float32Array>[] {
  return model.inputs.map(({ shape }, i) => uniform(7 + i, [count, ...shape], -1, 1));
}

async function expectPredictions(model: Model, expected: Fixture["predictions"]) {
  const found: unknown = await model.predict(inputsOf(model));
  const results = ("data" in (found as object) ? { "": found } : found) as Record<
    string,
    Tensor<Float32Array>
  >;
  expect(Object.keys(results)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(results[name].data, values), name).toBeLessThan(tolerance);
  }
}

describe.each(Object.keys(fixtures))("%s", (name) => {
  const fixture = fixtures[name];

  test.each([".keras", ".h5"])("predicts from %s as in Keras", async (ending) => {
    const { model } = await loadModel(pathOf(name + ending), { device, training: false });
    const parameters = model.network.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(parameters).toBe(fixture.parameters);
    // Keras 2's format has lists of outputs and no names for them.
    await expectPredictions(model, fixture.predictions);
    await model.dispose();
  });

  test.each([".keras", ".h5"])("trains on from %s as in Keras", async (ending) => {
    const { model } = await loadModel(pathOf(name + ending), { device });
    expect(model.progress.iterations).toBe(2);
    const kinds = classes(1, count, 3);
    const y = name === "nested" ? { kind: kinds, place: uniform(2, [count, 2], -1, 1) } : kinds;
    await model.fit(
      { x: inputsOf(model), y },
      { epochs: 2, batchSize: count, shuffle: false, verbose: 0 },
    );
    await expectPredictions(model, fixture.later);
    await model.dispose();
  });

  test("takes over weights from .weights.h5 and .h5", async () => {
    for (const ending of [".weights.h5", ".h5"]) {
      const { model } = await loadModel(pathOf(`${name}.keras`), { device, training: false });
      const zeros = [...(await model.getWeights())].map(
        ([key, { data, shape }]): [string, Tensor] => [
          key,
          { data: new Float32Array(data.length), shape },
        ],
      );
      await model.setWeights(new Map(zeros));
      await model.loadWeights(pathOf(name + ending));
      await expectPredictions(model, fixture.predictions);
      await model.dispose();
    }
  });
});
