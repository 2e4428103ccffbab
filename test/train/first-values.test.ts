// First values are drawn when they are needed, not before: those that a file replaces are never drawn.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { layers, loadModel, type Model, saveModel, sequential, tensor } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-first-values-"));
afterAll(() => rmSync(folder, { recursive: true }));

const make = (options = {}): Model =>
  sequential(
    [
      layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
      layers.batchNormalization(),
      layers.flatten(),
      layers.dense({ units: 3 }),
    ],
    options,
  );
const x = tensor(new Float32Array(25).fill(1), [1, 5, 5, 1]);

let drawn: MockInstance;
beforeEach(() => {
  drawn = vi.spyOn(RandomStream.prototype, "uniform");
});
afterEach(() => {
  drawn.mockRestore();
});

test.each([".safetensors", ".keras", ".h5", ".json"])(
  "a model of a %s file draws nothing",
  async (ending) => {
    const path = join(folder, `model${ending}`);
    const saved = make({ seed: 2 });
    await saveModel(saved, path);
    const before = drawn.mock.calls.length;
    expect(before).toBeGreaterThan(0);
    const { model: loaded } = await loadModel(path);
    const { data } = await loaded.predict(x);
    expect(drawn.mock.calls.length).toBe(before);
    expect([...data]).toEqual([...(await saved.predict(x)).data]);
  },
);

test.each([".safetensors", ".weights.h5", ".h5"])(
  "weights of a %s file draw nothing",
  async (ending) => {
    const path = join(folder, `weights${ending}`);
    const saved = make({ seed: 2 });
    await saved.saveWeights(path);
    const before = drawn.mock.calls.length;
    const loading = make();
    await loading.loadWeights(path);
    expect([...(await loading.getWeights())]).toEqual([...(await saved.getWeights())]);
    expect(drawn.mock.calls.length).toBe(before);
  },
);

test("making, describing and setting draw nothing; reading draws once", async () => {
  const weights = await make({ seed: 3 }).getWeights();
  const before = drawn.mock.calls.length;
  const model = make();
  model.summary();
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  await model.setWeights(weights);
  expect([...(await model.getWeights())]).toEqual([...weights]);
  expect(drawn.mock.calls.length).toBe(before);
  const other = make({ seed: 3 });
  expect([...(await other.getWeights())]).toEqual([...weights]);
  const once = drawn.mock.calls.length;
  await other.getWeights();
  expect(drawn.mock.calls.length).toBe(once);
});

test("values that were set stay when a model is used, and what is left out is drawn", async () => {
  const model = make({ seed: 3 });
  const kernel = tensor(new Float32Array(18).fill(0.5), [3, 3, 1, 2]);
  const bias = tensor(new Float32Array(2), [2]);
  await model.getLayer("conv2d").setWeights(
    new Map([
      ["kernel", kernel],
      ["bias", bias],
    ]),
  );
  const weights = await model.getWeights();
  expect([...(weights.get("conv2d/kernel")?.data ?? [])]).toEqual([...kernel.data]);
  expect(weights.get("dense/kernel")).toEqual(
    (await make({ seed: 3 }).getWeights()).get("dense/kernel"),
  );
});

test("an initializer that does not fit is refused when the model is made", () => {
  const biasInitializer = "orthogonal" as const;
  expect(() => sequential([layers.dense({ units: 2, biasInitializer, inputShape: [2] })])).toThrow(
    /The weight "dense\/bias" cannot begin so\. The initializer orthogonal works on matrices/,
  );
});

test("an initializer of one's own that gives too few values is refused", async () => {
  const kernelInitializer = { name: "short", options: {}, fill: () => new Float32Array(1) };
  const model = sequential([layers.dense({ units: 2, kernelInitializer, inputShape: [2] })]);
  await expect(model.getWeights()).rejects.toThrow(
    /The weight "dense\/kernel" cannot begin so\. The initializer short does not fill the weight/,
  );
});
