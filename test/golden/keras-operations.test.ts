// A file of real Keras 3 with operators between its layers, layers as activations, and layers of
// keras.applications: the same predictions, and again after it is written. `keras/files/make_operations.py`
// made it.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { loadModel } from "../../src/train/load.ts";
import type { Model } from "../../src/train/model.ts";
import { saveModel } from "../../src/train/save.ts";
import { relativeError } from "../conformance/samples.ts";
import { uniform } from "./shared-numbers.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`keras/files/${name}`, import.meta.url));
const fixture = JSON.parse(readFileSync(pathOf("operations.json"), "utf8")) as {
  readonly parameters: number;
  readonly predictions: readonly number[];
};

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-operations-"));
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

async function expectPredictions(model: Model) {
  expect(model.countParams()).toBe(fixture.parameters);
  const { data } = await model.predict(uniform(7, [3, 8, 8, 3], -1, 1));
  expect(relativeError(data, fixture.predictions)).toBeLessThan(1e-5);
}

test.each([".keras", ".h5"])("operations from %s predict as in Keras", async (ending) => {
  const { model } = await loadModel(pathOf(`operations${ending}`), { device });
  await expectPredictions(model as Model);
});

test.each([".keras", ".safetensors"])("operations come back from %s", async (ending) => {
  const { model } = await loadModel(pathOf("operations.keras"), { device });
  const path = join(folder, `again${ending}`);
  await saveModel(model, path);
  const { model: again } = await loadModel(path, { device });
  expect(again.network.toConfig()).toEqual(model.network.toConfig());
  await expectPredictions(again as Model);
});

test("operations are refused in files that Keras would not read", async () => {
  const { model } = await loadModel(pathOf("operations.keras"), { device });
  await expect(saveModel(model, join(folder, "again.h5"))).rejects.toThrow(/Only .keras files/);
  await expect(saveModel(model, join(folder, "again.json"))).rejects.toThrow(
    /TensorFlow.js cannot do/,
  );
});
