// Models that real TensorFlow.js saved, loaded: the same predictions. `tensorflow-js/make.ts` made them.

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, uniform } from "./shared-numbers.ts";

const folder = new URL("tensorflow-js/", import.meta.url);
const fixtures = JSON.parse(readFileSync(new URL("predictions.json", folder), "utf8")) as Readonly<
  Record<string, readonly (readonly number[])[]>
>;
const count = 4;
const tolerance = 1e-5;
const load = (name: string, training: boolean) =>
  loadModel(fileURLToPath(new URL(`${name}/model.json`, folder)), { device, training });

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

test.each(Object.keys(fixtures))("%s predicts as in TensorFlow.js", async (name) => {
  const { model } = await load(name, false);
  const x = model.inputs.map(({ shape }, i) => uniform(7 + i, [count, ...shape], -1, 1));
  const found: unknown = await model.predict(x);
  const results = ("data" in (found as object) ? [found] : found) as Tensor<Float32Array>[];
  const expected = fixtures[name];
  expect(results).toHaveLength(expected.length);
  expected.forEach((values, i) => {
    expect(relativeError(results[i].data, values), `output ${i}`).toBeLessThan(tolerance);
  });
  await model.dispose();
});

test("a hard sigmoid of TensorFlow.js is x / 5 + 1 / 2, not that of Keras 3", async () => {
  const copy = mkdtempSync(join(tmpdir(), "fovea-tensorflow-js-"));
  cpSync(fileURLToPath(new URL("residual/", folder)), copy, { recursive: true });
  const path = join(copy, "model.json");
  writeFileSync(path, readFileSync(path, "utf8").replace('"softplus"', '"hard_sigmoid"'));
  const { model } = await loadModel(path, { device });
  expect(JSON.stringify(model.network.toConfig())).toContain('"hardSigmoidKeras2"');
  await saveModel(model, path);
  expect(readFileSync(path, "utf8")).toContain('"hard_sigmoid"');
  rmSync(copy, { recursive: true });
});

test("a model that was compiled there is compiled", async () => {
  const { model } = await load("sequential", true);
  expect(model.settings?.optimizer).toMatchObject({ name: "adam", learningRate: 0.001 });
  const x = uniform(7, [count, 8, 8, 3], -1, 1);
  const y = { data: new Float32Array(count * 3), shape: [count, 3] };
  classes(1, count, 3).data.forEach((kind, i) => {
    y.data[3 * i + kind] = 1;
  });
  expect(Object.keys(await model.evaluate({ x, y })).sort()).toEqual(["accuracy", "loss"]);
  await model.dispose();
});
