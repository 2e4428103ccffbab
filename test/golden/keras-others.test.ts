// Files that real Keras 3 saved, each odd in one way: they load, predict as Keras does, and what of their
// training Fovea cannot make is said. `keras/files/make_others.py` made them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { custom } from "../../src/nn/metrics/custom.ts";
import { type LoadOptions, loadModel } from "../../src/train/load.ts";
import { relativeError } from "../conformance/samples.ts";
import { uniform } from "./shared-numbers.ts";

const given = (name: string) => readFileSync(new URL(`keras/files/${name}`, import.meta.url));
const { predictions } = JSON.parse(String(given("predictions-others.json"))) as {
  readonly predictions: Readonly<Record<string, readonly number[]>>;
};
const count = 3;

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-others-"));
  for (const [name, bytes] of Object.entries(unzipSync(given("others.zip")))) {
    writeFileSync(join(folder, name), bytes);
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

async function load(name: string, options: LoadOptions = {}) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const { model } = await loadModel(join(folder, name), { device, onWarning, ...options });
  return { model, warnings: warnings.join("\n") };
}

/** Half precision rounds what Keras computes; Fovea reads its numbers, and computes with f32. */
const toleranceOf = (name: string) => (/half|mixed/.test(name) ? 2e-3 : 1e-6);

const predicting = Object.keys(predictions).filter((name) => name !== "lambda.keras");

test.each(predicting)("%s predicts as in Keras", async (name) => {
  const { model } = await load(name);
  const [{ shape }] = model.inputs;
  const { data } = await model.predict(uniform(7, [count, ...shape], -1, 1));
  expect(relativeError(data, Float32Array.from(predictions[name]))).toBeLessThan(toleranceOf(name));
});

describe("training that Fovea cannot make", () => {
  test.each([
    ["ftrl.keras", /optimizer Ftrl/],
    ["adafactor.keras", /optimizer Adafactor/],
    ["muon.keras", /optimizer Muon/],
    ["own-loss.keras", /loss own/],
    ["own-loss.h5", /loss own/],
    ["own-metric.keras", /metric own/],
  ])("of %s is a warning, and the model is not compiled", async (name, what) => {
    const { model, warnings } = await load(name);
    expect(warnings).toMatch(what);
    expect(warnings).toMatch(/training: false/);
    expect(model.settings).toBeUndefined();
    expect((await load(name, { training: false })).warnings).toBe("");
  });

  test.each(["own-loss.keras", "own-loss.h5"])(
    "of %s comes from a loss of one's own",
    async (name) => {
      const { model, warnings } = await load(name, { loss: "meanAbsoluteError" });
      expect(warnings).toBe("");
      expect(model.settings?.heads[0].loss.name).toBe("meanAbsoluteError");
      expect(model.progress.iterations).toBe(1);
    },
  );

  test("comes from a metric of one's own, by its name", async () => {
    const own = custom({ name: "own", values: (_, results, build) => build.absolute(results) });
    const { model, warnings } = await load("own-metric.keras", { metrics: [own] });
    expect(warnings).toBe("");
    expect(model.settings?.metrics.map(({ name }) => name)).toEqual(["own", "mae"]);
  });
});

describe("training that is said in other words", () => {
  test.each([
    ["loss-scale.keras", "adam", []],
    ["wrapped-optimizer.keras", "adam", []],
    ["functions.keras", "sgd", ["mean_squared_error"]],
    ["wrapper.h5", "sgd", ["w"]],
    ["overlap.keras", "sgd", ["io_u"]],
    ["words.keras", "sgd", ["mae", "MSE", "acc"]],
  ])("of %s comes through, its metrics by Keras's names", async (name, optimizer, metrics) => {
    const { model, warnings } = await load(name);
    expect(warnings).toBe("");
    expect(model.settings?.optimizer.name).toBe(optimizer);
    expect(model.settings?.metrics.map((metric) => metric.name)).toEqual(metrics);
  });
});

test("layers that change images in training alone come with the model", async () => {
  const { model, warnings } = await load("augmented.keras");
  expect(warnings).toBe("");
  const kinds = model.network.layers.map(({ layer }) => layer.kind);
  expect(kinds).toEqual(expect.arrayContaining(["randomFlip", "randomRotation"]));
});

test("a Lambda is refused by its name, with the way out", async () => {
  await expect(load("lambda.keras")).rejects.toThrow(/"twice" is a Lambda[\s\S]*customLayers/);
});
