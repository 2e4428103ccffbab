// The paths of modelCheckpoint, what it refuses when it is made, and which files it leaves alone.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, FormatError, TrainingError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { Monitor } from "../../src/train/callbacks/monitor.ts";
import { decodeModel, loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
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
    expect(await other.getWeights()).toEqual(await model.getWeights());
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

describe("the best model of a run that is resumed", () => {
  /** A run of three epochs whose second one is the best, and the file of its best model. */
  async function runWithBest() {
    const model = line();
    const path = join(folder, "best.safetensors");
    const rates = [0.1, 0.15, 0.8];
    const list = () => [
      callbacks.learningRateScheduler((epoch) => rates[epoch] ?? 0.1),
      callbacks.modelCheckpoint({ path, saveBestOnly: true, monitor: "loss" }),
    ];
    const run = { ...options, batchSize: 2, validationData: points } as const;
    await model.fit(points, { ...run, epochs: 2, callbacks: list() });
    const afterTwo = await model.getState();
    const best = readFileSync(path);
    return { model, path, list, run, afterTwo, best };
  }
  const epochIn = async (path: string) => (await loadModel(path, { device })).model.progress.epochs;

  test("is written where a kill came before it was, and the model is still as it was then", async () => {
    const { model, path, list, run, best } = await runWithBest();
    for (const stale of [undefined, line()]) {
      rmSync(path);
      if (stale !== undefined) await saveModel(stale, path);
      await model.fit(points, { ...run, epochs: 2, resume: true, callbacks: list() });
      expect(readFileSync(path)).toEqual(best);
    }
    await model.dispose();
  });

  test("counts for what the file holds, where it holds another epoch", async () => {
    const { model, path, list, run } = await runWithBest();
    // The file is of the first epoch, which was worse; the third one is better than it.
    const progress = { ...model.progress, epochs: 1 };
    await saveModel(line(), path);
    const first = (await loadModel(path, { device })).model;
    await first.setState({ ...(await first.getState()), progress });
    await saveModel(first, path);
    const [one, two] = model.progress.history;
    expect(two.logs.loss).toBeLessThan(one.logs.loss);
    const history = [
      one,
      two,
      { epoch: 3, seconds: 0, logs: { ...one.logs, loss: one.logs.loss * 2 } },
    ];
    await model.setState({
      ...(await model.getState()),
      progress: { ...model.progress, epochs: 3, history },
    });
    model.learningRate = 0.1;
    await model.fit(points, { ...run, epochs: 4, resume: true, callbacks: list() });
    expect(await epochIn(path)).toBe(4);
    await model.dispose();
  });

  test("is refused where its file is damaged", async () => {
    const { model, path, list, run, best } = await runWithBest();
    const damaged = Uint8Array.from(best);
    damaged[damaged.length - 1] ^= 1;
    writeFileSync(path, damaged);
    const attempt = model.fit(points, { ...run, epochs: 3, resume: true, callbacks: list() });
    await expect(attempt).rejects.toThrow(/best.safetensors is damaged/);
    await model.dispose();
  });
});

describe("after a divergence", () => {
  /** Trains so that the loss runs away over the end of an epoch. */
  async function diverge(rate: number, list: readonly Callback[]) {
    const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })], {
      seed: 1,
      device,
    }).compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: "meanSquaredError" });
    const run = { ...options, batchSize: 1, epochs: 60, shuffle: false, callbacks: list };
    const error = await model.fit(points, run).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { model, error, run };
  }

  test("the last checkpoint holds the last usual state, not what had run away", async () => {
    const path = join(folder, "last.safetensors");
    const { model, error } = await diverge(10, [callbacks.modelCheckpoint({ path })]);
    expect(error).toBeInstanceOf(TrainingError);
    const { model: kept } = await loadModel(path, { device });
    expect(kept.progress.iterations).toBe(model.progress.iterations);
    expect(await kept.getWeights()).toEqual(await model.getWeights());
    const { loss } = await kept.evaluate(points);
    expect(loss).toBeLessThan(1e4);
    await Promise.all([model.dispose(), kept.dispose()]);
  });

  test("a backup goes on at the rate with which the model is compiled anew", async () => {
    const path = join(folder, "backup.safetensors");
    const list = [callbacks.terminateOnNaN(), callbacks.backupAndRestore({ path })];
    const high = await diverge(10, list);
    expect(high.error).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    const low = await diverge(0.01, list);
    expect(low.error).toBeUndefined();
    expect(low.model.progress.epochs).toBe(60);
    expect(low.model.progress.history.at(-1)?.logs.loss).toBeLessThan(1e-3);
    expect(existsSync(path)).toBe(false);
    await Promise.all([high.model.dispose(), low.model.dispose()]);
  });
});

test("three runs that write one path at once end well, and leave one whole file", async () => {
  const path = join(folder, "shared.safetensors");
  const models = [1, 2, 3].map((seed) => tinyModel(device, { seed }));
  const checkpoint = () => callbacks.modelCheckpoint({ path, saveFrequency: 1 });
  const run = { ...options, epochs: 4 };
  await Promise.all(
    models.map((model) => model.fit(examples, { ...run, callbacks: [checkpoint()] })),
  );
  const { model: kept } = await loadModel(path, { device });
  const ends = await Promise.all(models.map((model) => model.getWeights()));
  expect(ends).toContainEqual(await kept.getWeights());
  expect(readdirSync(folder)).toEqual(["shared.safetensors"]);
  await Promise.all([...models, kept].map((model) => model.dispose()));
});

describe.skipIf(process.platform === "win32")("a path that is no file", () => {
  test("is refused by loadModel and loadWeights at once", async () => {
    const pipe = join(folder, "pipe.safetensors");
    execFileSync("mkfifo", [pipe]);
    await expect(loadModel(pipe, { device })).rejects.toThrow(/it is not a file/);
    await expect(line().loadWeights(pipe)).rejects.toThrow(/it is not a file/);
    await expect(loadModel(folder, { device })).rejects.toThrow(/not a file|a folder/);
  });

  test("is answered with the closest name where it is misspelt", async () => {
    await saveModel(line(), join(folder, "last.safetensors"));
    const wrong = loadModel(join(folder, "lsat.safetensor"), { device });
    await expect(wrong).rejects.toThrow(/did you mean "last.safetensors"/);
  });
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
    expect(await again.getWeights()).toEqual(await model.getWeights());
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
  test("is refused where its shards did", async () => {
    const path = join(folder, "model.json");
    await saveModel(line(), path);
    const shard = join(folder, readdirSync(folder).find((name) => name.endsWith(".bin")) ?? "");
    const bytes = readFileSync(shard);
    bytes[0] ^= 1;
    writeFileSync(shard, bytes);
    await expect(loadModel(path, { device })).rejects.toThrow(/its shards are damaged/);
  });

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
      await expect(decodeModel(damaged, { name: "last.safetensors" })).rejects.toThrow(
        /damaged.*checksum/s,
      );
    }
    await model.dispose();
  });
});
