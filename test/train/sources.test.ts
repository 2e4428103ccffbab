// Examples that are read as they are needed: the same bits as from arrays, whatever the threads, after a stop and a
// diverged step too.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Source, SourceRows } from "../../src/data/source.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import type { Model } from "../../src/train/model.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { afterStep, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let devices: Device[] = [];
beforeAll(async () => {
  devices = await Promise.all([1, 2].map((threads) => WasmDevice.open({ threads })));
});
afterAll(async () => {
  for (const device of devices) await device.close();
});

const examples = tinyExamples(37);
const options = { batchSize: 8, epochs: 2, validationSplit: 0.2, verbose: 0 } as const;

function rowsOf<T extends Tensor>({ data, shape }: T, rows: Int32Array): Tensor {
  const size = data.length / shape[0];
  const copy = data.slice(0, rows.length * size);
  rows.forEach((row, i) => {
    copy.set(data.subarray(row * size, (row + 1) * size), i * size);
  });
  return { data: copy, shape: [rows.length, ...shape.slice(1)] };
}

/** The examples as a source that takes its time, and says how it was asked. */
function slowly(asked: number[][] = []): Source {
  return {
    count: 37,
    async read(rows) {
      asked.push([...rows]);
      await new Promise((resolve) => setTimeout(resolve, rows[0] % 3));
      return { x: rowsOf(examples.x, rows), y: rowsOf(examples.y, rows) };
    },
  };
}

const classWeights = { 0: 1, 1: 3, 2: 0.5 };

async function allOf(model: Model, given: typeof examples | Source, x: Tensor | Source) {
  await model.fit(given, { ...options, classWeights });
  const scores = await model.evaluate(given, { batchSize: 8 });
  const predictions = await model.predict(x, { batchSize: 8 });
  const outcome = { ...(await outcomeOf(model)), scores, predictions };
  await model.dispose();
  return outcome;
}

test("a source gives the same bits as arrays to fit, evaluate and predict, on any threads", async () => {
  const outcomes = [];
  for (const device of devices) {
    outcomes.push(await allOf(tinyModel(device), examples, examples.x));
    outcomes.push(await allOf(tinyModel(device), slowly(), slowly()));
  }
  for (const outcome of outcomes.slice(1)) expect(outcome).toEqual(outcomes[0]);
});

test("a source to validate with gives the same numbers as arrays", async () => {
  const histories = [];
  for (const validationData of [examples, slowly()]) {
    const model = tinyModel(devices[0]);
    const { history } = await model.fit(examples, { batchSize: 8, verbose: 0, validationData });
    histories.push({ ...history });
    await model.dispose();
  }
  expect(histories[1]).toEqual(histories[0]);
});

test("a run that is stopped in the midst of an epoch goes on with the same bits", async () => {
  const straight = tinyModel(devices[1]);
  await straight.fit(examples, options);
  const controller = new AbortController();
  const first = tinyModel(devices[1]);
  await first.fit(slowly(), {
    ...options,
    signal: controller.signal,
    callbacks: [afterStep(6, () => controller.abort())],
  });
  const bytes = await encodeModel(first);
  const { model: second } = await decodeModel(bytes, { device: devices[0] });
  await second.fit(slowly(), { ...options, resume: true });
  expect(await outcomeOf(second)).toEqual(await outcomeOf(straight));
  await Promise.all([straight, first, second].map((model) => model.dispose()));
});

test("steps are taken back to the same state where training diverges", async () => {
  const ends = [];
  for (const given of [examples, slowly()]) {
    const model = tinyModel(devices[0]);
    const spoil = {
      onStepEnd({ step }: { step: number }) {
        if (step === 3) model.learningRate = 1e30;
      },
    };
    await expect(
      model.fit(given, { batchSize: 8, epochs: 3, verbose: 0, callbacks: [spoil] }),
    ).rejects.toThrow("no longer a number");
    ends.push(await outcomeOf(model));
    await model.dispose();
  }
  expect(ends[1]).toEqual(ends[0]);
});

test("each row is asked for once an epoch, in the order of the run", async () => {
  const asked: number[][] = [];
  const model = tinyModel(devices[0]);
  await model.fit(slowly(asked), { batchSize: 8, verbose: 0, shuffle: false });
  // The first is asked for by itself, to see what rows are like.
  expect(asked[0]).toEqual([0]);
  expect(asked.slice(1).flat()).toEqual(Array.from({ length: 37 }, (_, i) => i));
  await model.dispose();
});

test("arrays of more than 2 GiB pass through the device, which holds two batches of them", async () => {
  const side = 1024;
  const count = 2100;
  const x = { data: new Uint8Array(count * side * side), shape: [count, side, side, 1] };
  x.data.fill(6, x.data.length - side * side);
  const y = { data: new Float32Array(count), shape: [count, 1] };
  const model = sequential([layers.globalAveragePooling2d({ inputShape: [side, side, 1] })], {
    device: devices[1],
  }).compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { history } = await model.fit(
    { x, y },
    { batchSize: 4, stepsPerEpoch: 2, verbose: 0, shuffle: false },
  );
  expect(history.loss[0]).toBe(0);
  await model.dispose();
}, 60_000);

describe("a source is refused", () => {
  const model = () => tinyModel(devices[0]);
  const read = slowly().read;
  const changed = (change: (rows: SourceRows, numbers: Int32Array) => SourceRows): Source => ({
    count: 37,
    read: async (rows) => change(await read(rows), rows),
  });

  test.each<[string, () => Source, RegExp]>([
    ["without a count", () => ({ count: Number.NaN, read }), /does not say how many/],
    [
      "that gives other rows than it was asked for",
      () => changed(() => ({ x: examples.x, y: examples.y })),
      /another number of rows[\s\S]*1 rows[\s\S]*37/,
    ],
    ["that gives no targets", () => changed(({ x }) => ({ x })), /y/],
    [
      "whose later rows are unlike the first",
      () =>
        changed((rows, numbers) =>
          numbers.length === 1
            ? rows
            : {
                ...rows,
                sampleWeights: { data: new Float32Array(numbers.length), shape: [numbers.length] },
              },
        ),
      /unlike its first one/,
    ],
  ])("%s", async (_, make, message) => {
    const one = model();
    const run = (async () => one.evaluate(make(), { batchSize: 8 }))();
    await expect(run).rejects.toThrow(DataError);
    await expect(one.evaluate(make(), { batchSize: 8 })).rejects.toThrow(message);
    await one.dispose();
  });

  test("with its own error where reading fails", async () => {
    const one = model();
    const broken: Source = {
      count: 37,
      read: (rows) => {
        if (rows.includes(20)) throw new Error("the disk is gone");
        return read(rows);
      },
    };
    await expect(one.fit(broken, options)).rejects.toThrow("the disk is gone");
    await expect(one.fit(slowly(), options)).resolves.toBeDefined();
    await one.dispose();
  });
});
