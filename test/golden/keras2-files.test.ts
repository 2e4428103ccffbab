// Files that real Keras 2.15 saved, loaded: the same predictions, and after two more steps of training the
// same again, which needs what the optimizer remembers. `keras/files/make_keras2.py` made them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
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
  /** By output. */
  readonly predictions: readonly (readonly number[])[];
  readonly later: readonly (readonly number[])[];
  /** What `evaluate` reports once the model is loaded from `.h5`. */
  readonly reports: readonly string[];
}

const given = (name: string) => readFileSync(new URL(`keras/files/${name}`, import.meta.url));
const fixtures = JSON.parse(String(given("predictions-keras2.json"))) as Record<string, Fixture>;
const count = 6;
const tolerance = 1e-5;

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  folder = mkdtempSync(join(tmpdir(), "fovea-keras2-"));
  for (const [name, bytes] of Object.entries(unzipSync(given("keras2.zip")))) {
    writeFileSync(join(folder, name), bytes);
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

function inputsOf(model: Model): Tensor<Float32Array>[] {
  return model.inputs.map(({ shape }, i) => uniform(7 + i, [count, ...shape], -1, 1));
}

function answersOf({ outputs }: Model) {
  const kinds = classes(1, count, 3);
  return Array.isArray(outputs) ? [kinds, uniform(2, [count, 2], -1, 1)] : kinds;
}

async function expectPredictions(model: Model, expected: Fixture["predictions"]) {
  const found: unknown = await model.predict(inputsOf(model));
  const results = (
    "data" in (found as object) ? [found] : Object.values(found as object)
  ) as Tensor<Float32Array>[];
  expect(results).toHaveLength(expected.length);
  expected.forEach((values, i) => {
    expect(relativeError(results[i].data, values), `output ${i}`).toBeLessThan(tolerance);
  });
}

describe.each(Object.keys(fixtures))("%s", (name) => {
  const fixture = fixtures[name];

  test.each([".keras", ".h5"])("predicts from %s as in Keras 2", async (ending) => {
    const { model } = await loadModel(join(folder, name + ending), { device, training: false });
    const parameters = model.network.weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    expect(parameters).toBe(fixture.parameters);
    await expectPredictions(model, fixture.predictions);
    await model.dispose();
  });

  test.each([".keras", ".h5"])("trains on from %s as in Keras 2", async (ending) => {
    const { model } = await loadModel(join(folder, name + ending), { device });
    expect(model.progress.iterations).toBe(2);
    await model.fit(
      { x: inputsOf(model), y: answersOf(model) },
      { epochs: 2, batchSize: count, shuffle: false, verbose: 0 },
    );
    await expectPredictions(model, fixture.later);
    await model.dispose();
  });

  test("gives metrics the names that they have in Keras 2", async () => {
    const { model } = await loadModel(join(folder, `${name}.h5`), { device });
    const data = { x: inputsOf(model), y: answersOf(model) };
    const found = await model.evaluate(data);
    expect(Object.keys(found).sort()).toEqual([...fixture.reports].sort());
    await model.dispose();
  });

  test.each([".weights.h5", "-weights.h5", ".h5"])("takes over weights from %s", async (ending) => {
    const { model } = await loadModel(join(folder, `${name}.keras`), { device, training: false });
    const zeros = [...(await model.getWeights())].map(
      ([key, { data, shape }]): [string, Tensor] => [
        key,
        { data: new Float32Array(data.length), shape },
      ],
    );
    await model.setWeights(new Map(zeros));
    await model.loadWeights(join(folder, name + ending));
    await expectPredictions(model, fixture.predictions);
    await model.dispose();
  });
});
