// Callbacks in real runs: they stop, restore, save and resume; and what they refuse.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { filterSheet } from "../../src/train/callbacks/event-image.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { pathPattern } from "../../src/train/callbacks/path-pattern.ts";
import { loadModel } from "../../src/train/load.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-watching-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

const examples = tinyExamples(24);
const options = { batchSize: 8, validationSplit: 0.25, verbose: 0 } as const;

describe("earlyStopping", () => {
  test("ends a run, says why, and brings the best weights back", async () => {
    const model = tinyModel(device);
    const weights: Awaited<ReturnType<typeof model.getWeights>>[] = [];
    const spoil: Callback = {
      onEpochEnd: async ({ epoch }) => {
        weights.push(await model.getWeights());
        // From here on it only gets worse.
        if (epoch === 2) model.learningRate = 3;
      },
    };
    const stopping = callbacks.earlyStopping({ patience: 2, restoreBestWeights: true });
    const { stopped, history } = await model.fit(examples, {
      ...options,
      epochs: 50,
      callbacks: [spoil, stopping],
    });
    expect(stopped).toBe("val_loss did not get better");
    const best = history.val_loss.indexOf(Math.min(...history.val_loss));
    expect(history.val_loss).toHaveLength(best + 3);
    expect(await model.getWeights()).toEqual(weights[best]);
    expect(weights[best]).not.toEqual(weights[best + 2]);
    await model.dispose();
  });

  test("that keeps a file has the best weights after a run that broke, too", async () => {
    const path = join(folder, "kept.safetensors");
    const backup = join(folder, "kept-backup.safetensors");
    const csv = join(folder, "kept.csv");
    const run = { ...options, epochs: 9 };
    const list = (...more: Callback[]) => [
      callbacks.backupAndRestore({ path: backup }),
      // From the third epoch on it only gets worse.
      callbacks.learningRateScheduler((epoch) => (epoch < 2 ? 0.01 : 3)),
      callbacks.csvLogger({ path: csv }),
      callbacks.earlyStopping({ patience: 4, restoreBestWeights: true, path }),
      ...more,
    ];
    const straight = tinyModel(device);
    await straight.fit(examples, { ...run, callbacks: list() });
    const lines = readFileSync(csv, "utf8");
    const broken = tinyModel(device);
    const fail: Callback = {
      onEpochEnd({ epoch }) {
        if (epoch === 4) throw new Error("killed");
      },
    };
    const attempt = broken.fit(examples, { ...run, callbacks: list(fail) });
    await expect(attempt).rejects.toThrow("killed");
    const again = tinyModel(device);
    await again.fit(examples, { ...run, callbacks: list() });
    expect(await again.getWeights()).toEqual(await straight.getWeights());
    const { model: kept } = await loadModel(path, { device });
    expect(kept.progress.epochs).toBeLessThan(4);
    expect(await again.getWeights()).toEqual(await kept.getWeights());
    // The fourth epoch was logged, and is made again: it stands there once.
    expect(readFileSync(csv, "utf8")).toBe(lines);
    await Promise.all([straight, broken, again, kept].map((model) => model.dispose()));
  });

  test("refuses a number that is not reported", async () => {
    const model = tinyModel(device);
    const run = model.fit(examples, {
      batchSize: 8,
      verbose: 0,
      callbacks: [callbacks.earlyStopping()],
    });
    await expect(run).rejects.toThrow(/"val_loss", which was not reported[\s\S]*accuracy, loss/);
    await model.dispose();
  });
});

test("a number to watch that a run does not report is answered with the closest that it does", async () => {
  const model = tinyModel(device);
  const stopping = callbacks.earlyStopping({ monitor: "val_acuracy", mode: "max" });
  const run = model.fit(examples, { ...options, callbacks: [stopping] });
  await expect(run).rejects.toThrow(/one of accuracy, loss, [\s\S]*did you mean "val_accuracy"/);
  await model.dispose();
});

test.each(["csvLogger", "modelCheckpoint", "backupAndRestore"] as const)(
  "%s is refused without a path",
  (name) => {
    for (const wrong of ["here", undefined, {}, { path: 3 }, { path: "" }]) {
      const make = () => callbacks[name](wrong as never);
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(`The option path of ${name} `);
    }
  },
);

test("a path that tensorBoard is given without its name is not left out of account", () => {
  expect(() => callbacks.tensorBoard("here" as never)).toThrow(/The option path [\s\S]*"here"/);
  expect(callbacks.tensorBoard()).toBeDefined();
});

test("learningRateScheduler sets the rate of every epoch, counted from 0", async () => {
  const model = tinyModel(device);
  const asked: [number, number][] = [];
  const { history } = await model.fit(examples, {
    ...options,
    epochs: 3,
    callbacks: [
      callbacks.learningRateScheduler((epoch, rate) => {
        asked.push([epoch, rate]);
        return rate / 2;
      }),
    ],
  });
  expect(asked).toEqual([
    [0, 0.01],
    [1, 0.005],
    [2, 0.0025],
  ]);
  expect(history.learning_rate).toEqual([0.005, 0.0025, 0.00125]);
  await model.dispose();
});

describe("modelCheckpoint", () => {
  test("fills numbers into the path, and makes folders", async () => {
    const model = tinyModel(device);
    const path = join(folder, "runs/{epoch:02d}-{val_loss:.3f}.safetensors");
    const { history } = await model.fit(examples, {
      ...options,
      epochs: 2,
      callbacks: [callbacks.modelCheckpoint({ path })],
    });
    const expected = history.val_loss.map((loss, i) => `0${i + 1}-${loss.toFixed(3)}.safetensors`);
    expect(readdirSync(join(folder, "runs")).sort()).toEqual(expected);
    const { model: last } = await loadModel(join(folder, "runs", expected[1]), { device });
    expect(await last.getWeights()).toEqual(await model.getWeights());
    const fillIn = pathPattern("{a:4.1f}|{a}|{epoch:3d}|{epoch:03d}|{{{a}}}");
    expect(fillIn({ a: 2.25, epoch: 7 })).toBe(" 2.2|2.25|  7|007|{2.25}");
    expect(() => pathPattern("{los}")({ loss: 1 })).toThrow(/"los", which is not.*mean "loss"/s);
    await model.dispose();
  });

  test("keeps the best alone where that is asked for", async () => {
    const model = tinyModel(device);
    const path = join(folder, "best.safetensors");
    const worsen = callbacks.learningRateScheduler((epoch) => (epoch < 2 ? 0.01 : 3));
    const { history } = await model.fit(examples, {
      ...options,
      epochs: 5,
      callbacks: [worsen, callbacks.modelCheckpoint({ path, saveBestOnly: true })],
    });
    const best = history.val_loss.indexOf(Math.min(...history.val_loss));
    expect(best).toBeLessThan(4);
    const { model: kept } = await loadModel(path, { device });
    expect(kept.progress.epochs).toBe(best + 1);
    await model.dispose();
  });

  test("does not take what comes after a resumption for the best", async () => {
    const model = tinyModel(device);
    const path = join(folder, "best-resumed.safetensors");
    const checkpoint = () => callbacks.modelCheckpoint({ path, saveBestOnly: true });
    await model.fit(examples, { ...options, epochs: 3, callbacks: [checkpoint()] });
    const { history } = model.progress;
    const best = Math.min(...history.map(({ logs }) => logs.val_loss));
    model.learningRate = 3;
    const rest = { ...options, epochs: 5, resume: true, callbacks: [checkpoint()] };
    const { history: all } = await model.fit(examples, rest);
    expect(Math.min(...all.val_loss)).toBe(best);
    const { model: kept } = await loadModel(path, { device });
    expect(kept.progress.epochs).toBe(all.val_loss.indexOf(best) + 1);
    await model.dispose();
  });

  test("saves every so many steps", async () => {
    const model = tinyModel(device);
    const path = join(folder, "steps/{epoch}-{step}.safetensors");
    const checkpoint = callbacks.modelCheckpoint({ path, saveFrequency: 2 });
    await model.fit(examples, { batchSize: 8, verbose: 0, epochs: 2, callbacks: [checkpoint] });
    expect(readdirSync(join(folder, "steps")).sort()).toEqual([
      "1-2.safetensors",
      "2-1.safetensors",
      "2-3.safetensors",
    ]);
    await model.dispose();
  });
});

test("tensorBoard writes a file of sound records for training and one for validation", async () => {
  const model = tinyModel(device);
  const path = join(folder, "logs");
  await model.fit(examples, {
    ...options,
    epochs: 3,
    callbacks: [callbacks.tensorBoard({ path, histogramFrequency: 2 })],
  });
  const recordsIn = (part: string) => {
    const [file, ...others] = readdirSync(join(path, part));
    expect(file).toMatch(/^events\.out\.tfevents\./);
    expect(others).toEqual([]);
    const bytes = readFileSync(join(path, part, file));
    const records: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(at));
      records.push(bytes.toString("latin1", at + 12, at + 12 + length));
      at += length + 16;
    }
    return records;
  };
  const train = recordsIn("train");
  // What it is, the graph, three epochs, and the weights of the first and the third.
  expect(train).toHaveLength(1 + 1 + 3 + 2);
  expect(train[1]).toMatch(/input_layer[\s\S]*InputLayer[\s\S]*batch_normalization/);
  expect(train[2]).toContain("epoch_learning_rate");
  expect(train[3]).toContain("conv2d/kernel");
  expect(recordsIn("validation")).toHaveLength(1 + 3);
  expect(recordsIn("validation")[3]).toContain("epoch_accuracy");
  await model.dispose();
});

describe("pictures for TensorBoard", () => {
  test("show filters side by side, from black to white", async () => {
    const data = Float32Array.from({ length: 2 * 2 * 5 }, (_, i) => i);
    const sheet = await filterSheet({ data, shape: [2, 2, 1, 5] });
    // Three filters across and two down, a pixel apart.
    expect(sheet).toMatchObject({ height: 5, width: 8, channels: 1 });
    const pixels = decode(sheet?.png as Uint8Array).data;
    expect(pixels[0]).toBe(0);
    expect(pixels[1]).toBe(Math.round((255 * 5) / 19));
    expect(pixels[2]).toBe(0);
    expect(pixels[3]).toBe(Math.round((255 * 1) / 19));
    expect(pixels[(3 + 1) * 8 + 3 + 1]).toBe(255);
    expect(await filterSheet({ data, shape: [2, 1, 2, 5] })).toBeUndefined();
    expect(await filterSheet({ data, shape: [4, 5] })).toBeUndefined();
  });

  test("are written beside the numbers, and refused where they are none", async () => {
    const model = tinyModel(device);
    const path = join(folder, "pictures");
    const run = (shape: readonly number[]) =>
      model.fit(examples, {
        ...options,
        callbacks: [
          callbacks.tensorBoard({
            path,
            images: () => ({ ramp: { data: Float32Array.of(-1, 0.5, 2, 1), shape } }),
          }),
        ],
      });
    await run([2, 2, 1]);
    const [file] = readdirSync(join(path, "train"));
    const text = readFileSync(join(path, "train", file), "latin1");
    expect(text).toMatch(/ramp[\s\S]*PNG/);
    await expect(run([4])).rejects.toThrow(/cannot be shown[\s\S]*\[4\]/);
    await model.dispose();
  });
});

describe("backupAndRestore", () => {
  /** The list of a run that lowers its rate, with a backup in front. */
  const list = (path: string, saveFrequency: "epoch" | number, ...more: Callback[]) => [
    callbacks.backupAndRestore({ path, saveFrequency }),
    callbacks.reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 0.05, factor: 0.5 }),
    ...more,
  ];
  const epochs = 6;

  test.each<["epoch" | number, number]>([
    ["epoch", 2],
    ["epoch", 8],
    ["epoch", 17],
    [1, 7],
    [2, 12],
  ])("every %s: a run that breaks at step %i goes on with the same bits", async (often, at) => {
    const path = join(folder, `backup-${often}-${at}.safetensors`);
    const straight = tinyModel(device);
    await straight.fit(examples, { ...options, epochs, callbacks: list(`${path}.x`, often) });
    const broken = tinyModel(device);
    let steps = 0;
    const fail: Callback = {
      onStepEnd() {
        steps++;
        if (steps === at) throw new Error("killed");
      },
    };
    const run = broken.fit(examples, { ...options, epochs, callbacks: list(path, often, fail) });
    await expect(run).rejects.toThrow("killed");
    expect(existsSync(path)).toBe(true);
    const again = tinyModel(device);
    await again.fit(examples, { ...options, epochs, callbacks: list(path, often) });
    expect(await outcomeOf(again)).toEqual(await outcomeOf(straight));
    expect(existsSync(path)).toBe(false);
    await Promise.all([straight, broken, again].map((model) => model.dispose()));
  });

  test("a run that is killed at random moments ends in the same bits", async () => {
    const child = new URL("backup-child.ts", import.meta.url).pathname;
    const path = join(folder, "killed.safetensors");
    /** Runs the child, for at most so long; what it said at its end. */
    const run = (file: string, milliseconds?: number) =>
      new Promise<string>((resolve) => {
        const process_ = spawn(process.execPath, ["--import", "tsx", child, file], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        let text = "";
        let kill: NodeJS.Timeout | undefined;
        process_.stdout.on("data", (more) => {
          text += more;
          // From the first step on, so that starting up takes none of the time.
          if (milliseconds === undefined || kill !== undefined) return;
          kill = setTimeout(() => process_.kill("SIGKILL"), milliseconds);
        });
        process_.on("exit", () => {
          clearTimeout(kill);
          resolve(text);
        });
      });
    const expected = /end (\w+)/.exec(await run(join(folder, "straight.safetensors")))?.[1];
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
    const random = new RandomStream(Date.now() % 1e6);
    let killed = 0;
    for (let i = 0; i < 4; i++) {
      if (!(await run(path, 20 + random.below(250))).includes("end")) killed++;
    }
    expect(killed).toBeGreaterThan(0);
    const ended = /end (\w+)/.exec(await run(path))?.[1];
    expect(ended).toBe(expected);
  }, 240_000);
});
