// The paths of modelCheckpoint, what it refuses when it is made, and which files it leaves alone.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, FormatError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { Monitor } from "../../src/train/callbacks/monitor.ts";
import { decodeModel, loadModel, saveModel } from "../../src/train/checkpoint.ts";
import { sequential } from "../../src/train/sequential.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fovea-checkpoint-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
afterAll(() => device.close());

const examples = tinyExamples(24);
const options = { batchSize: 8, verbose: 0 } as const;

/** A model of one weight, which learns to be 2. */
function line() {
  return sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })], {
    device,
  }).compile({ optimizer: "sgd", loss: "meanSquaredError" });
}
const points = {
  x: { data: Float32Array.of(1, 2), shape: [2, 1] },
  y: { data: Float32Array.of(2, 4), shape: [2, 1] },
};

describe("a path", () => {
  test("with formats of Python gives every epoch a file of its own", async () => {
    const model = line();
    const path = join(folder, "{epoch:02d}-{loss:.2e}-{loss:.1%}.safetensors");
    const run = { ...options, epochs: 3, callbacks: [callbacks.modelCheckpoint({ path })] };
    const { history } = await model.fit(points, run);
    const expected = history.loss.map((loss, i) => {
      const [mantissa, power] = loss.toExponential(2).split("e");
      const exponent = power[0] + power.slice(1).padStart(2, "0");
      return `0${i + 1}-${mantissa}e${exponent}-${(100 * loss).toFixed(1)}%.safetensors`;
    });
    expect(readdirSync(folder).sort()).toEqual(expected);
    await model.dispose();
  });

  test.each([
    "{loss:q}",
    "{epoch:.2d}",
    "{loss:d}",
    "{0}",
    "{}",
    "{loss!r}",
    "{loss:,}",
    "{loss",
    "{a b}",
  ])("with %s, which cannot be filled in, is refused when the callback is made", (part) => {
    const make = () => callbacks.modelCheckpoint({ path: `runs/${part}.safetensors` });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(part);
  });
});

describe("what could never be saved is refused when the callback is made", () => {
  test("the best of several steps by a number of validation", () => {
    const make = () =>
      callbacks.modelCheckpoint({ path: "a.safetensors", saveBestOnly: true, saveFrequency: 2 });
    expect(make).toThrow(/every 2 steps cannot watch "val_loss"/);
    callbacks.modelCheckpoint({
      path: "a.safetensors",
      saveBestOnly: true,
      saveFrequency: 2,
      monitor: "loss",
    });
  });

  test("weights in a file for models, and a model in a file for weights", () => {
    const make = (path: string, saveWeightsOnly: boolean) => () =>
      callbacks.modelCheckpoint({ path, saveWeightsOnly });
    expect(make("model.keras", true)).toThrow(FormatError);
    expect(make("model.json", true)).toThrow(FormatError);
    expect(make("model.weights.h5", false)).toThrow(FormatError);
    make("model.weights.h5", true)();
  });
});

test.each([".weights.h5", ".h5", ".safetensors"])(
  "saveWeightsOnly writes %s that loadWeights takes",
  async (ending) => {
    const model = tinyModel(device);
    const path = join(folder, `{epoch}${ending}`);
    const checkpoint = callbacks.modelCheckpoint({ path, saveWeightsOnly: true });
    await model.fit(examples, { ...options, epochs: 2, callbacks: [checkpoint] });
    expect(readdirSync(folder).sort()).toEqual([`1${ending}`, `2${ending}`]);
    const other = tinyModel(device, { seed: 9 });
    await other.loadWeights(join(folder, `2${ending}`));
    expect(other.getWeights()).toEqual(model.getWeights());
    await Promise.all([model.dispose(), other.dispose()]);
  },
);

test("a model whose validation loss is no longer a number does not replace a file", async () => {
  const model = line();
  const path = join(folder, "last.safetensors");
  const checkpoint = callbacks.modelCheckpoint({ path });
  await model.fit(points, { ...options, callbacks: [checkpoint] });
  const before = readFileSync(path);
  const validationData = {
    x: { data: Float32Array.of(3e38), shape: [1, 1] },
    y: { data: Float32Array.of(0), shape: [1, 1] },
  };
  await model.fit(points, { ...options, validationData, callbacks: [checkpoint] });
  expect(readFileSync(path)).toEqual(before);
  // Where there is none yet, it is better than nothing.
  const other = join(folder, "other.safetensors");
  const first = callbacks.modelCheckpoint({ path: other });
  await model.fit(points, { ...options, validationData, callbacks: [first] });
  expect(existsSync(other)).toBe(true);
  await model.dispose();
});

test("a number is better than what is none, whichever came first", () => {
  const monitor = new Monitor({ monitor: "loss" });
  expect(monitor.isBetter(1, Number.NaN)).toBe(true);
  expect(monitor.isBetter(Number.NaN, 1)).toBe(false);
  expect(monitor.isBetter(Number.NaN, undefined)).toBe(false);
});

describe("a model.json that is replaced", () => {
  const shards = () => readdirSync(folder).filter((name) => name.endsWith(".bin"));

  test("takes its shards with it", async () => {
    const model = tinyModel(device);
    const path = join(folder, "model.json");
    const checkpoint = callbacks.modelCheckpoint({ path });
    await model.fit(examples, { ...options, epochs: 4, callbacks: [checkpoint] });
    expect(shards()).toHaveLength(1);
    const { model: again } = await loadModel(path, { device });
    expect(again.getWeights()).toEqual(model.getWeights());
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test("leaves shards that it still has, that others have, and that it never had", async () => {
    const [model, other] = [tinyModel(device), tinyModel(device, { seed: 9 })];
    const path = join(folder, "model.json");
    await saveModel(model, path);
    await saveModel(model, join(folder, "twin.json"));
    const shared = shards();
    await saveModel(other, join(folder, "other.json"));
    await saveModel(model, path);
    expect(shards()).toHaveLength(2);
    await saveModel(other, path);
    expect(shards()).toHaveLength(2);
    expect(shards()).toContain(shared[0]);
    await saveModel(other, join(folder, "twin.json"));
    expect(shards()).not.toContain(shared[0]);
    expect(shards()).toHaveLength(1);
    await Promise.all([model.dispose(), other.dispose()]);
  });
});

describe("a file that changed after it was written", () => {
  test("is refused wherever a byte of its tensors changed", async () => {
    const model = tinyModel(device);
    const path = join(folder, "last.safetensors");
    await saveModel(model, path);
    const bytes = readFileSync(path);
    const dataStart = 8 + Number(bytes.readBigUInt64LE());
    for (let i = 0; i < 50; i++) {
      const at = dataStart + Math.floor(((bytes.length - dataStart - 1) * i) / 49);
      const damaged = Uint8Array.from(bytes);
      damaged[at] ^= 1 << (i % 8);
      expect(() => decodeModel(damaged, "last.safetensors")).toThrow(/damaged.*checksum/s);
    }
    await model.dispose();
  });
});
