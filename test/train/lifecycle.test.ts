// A model's life on a device: compiled again, disposed, used again; and the memory that it takes, which
// all comes back.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TargetError } from "../../src/core/errors.ts";
import type { Device, DeviceBuffer } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";
import { outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  inUse = watch(device);
});
afterAll(() => device.close());

const examples = tinyExamples(20);
const options = { batchSize: 8, verbose: 0 } as const;

/** Bytes that the device has handed out and not got back. */
let inUse: () => number;

function watch(device: Device): () => number {
  const blocks = new Map<DeviceBuffer, number>();
  const { allocate, free } = device;
  device.allocate = (bytes) => {
    const address = allocate.call(device, bytes);
    blocks.set(address, bytes);
    return address;
  };
  device.free = (address) => {
    free.call(device, address);
    blocks.delete(address);
  };
  return () => [...blocks.values()].reduce((sum, bytes) => sum + bytes, 0);
}

describe("memory", () => {
  test("comes back from a model that has trained, evaluated and predicted", async () => {
    const before = inUse();
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 2, validationSplit: 0.3 });
    await model.evaluate(examples, { batchSize: 3 });
    await model.predict(examples.x, { batchSize: 7 });
    expect(inUse()).toBeGreaterThan(before);
    await model.dispose();
    expect(inUse()).toBe(before);
  });

  test("comes back from forty models, some of which failed", async () => {
    const before = inUse();
    for (let i = 0; i < 40; i++) {
      const model = tinyModel(device, { seed: i });
      if (i % 4 === 0) await model.fit(examples, options);
      if (i % 4 === 1) await model.predict(examples.x);
      if (i % 4 === 2) {
        const abort = { onStepEnd: () => Promise.reject(new Error("no")) };
        await expect(model.fit(examples, { ...options, callbacks: [abort] })).rejects.toThrow("no");
      }
      if (i % 4 === 3) {
        model.learningRate = 1e38;
        await expect(model.fit(examples, { ...options, epochs: 3 })).rejects.toThrow();
      }
      await model.dispose();
    }
    expect(inUse()).toBe(before);
  });

  test("comes back from examples that were refused, while the model lives on", async () => {
    const model = tinyModel(device);
    await model.fit(examples, options);
    const before = inUse();
    const odd = { x: examples.x, y: { data: new Int32Array(20).fill(9), shape: [20] } };
    for (let i = 0; i < 3; i++) {
      await expect(model.fit(odd, options)).rejects.toThrow(/label/);
      const run = model.fit(examples, { ...options, validationData: odd });
      await expect(run).rejects.toThrow(/label/);
      await expect(model.evaluate(odd)).rejects.toThrow(/label/);
    }
    expect(inUse()).toBe(before);
    await model.dispose();
  });

  test("does not grow from call to call", async () => {
    const model = tinyModel(device);
    const round = async () => {
      await model.fit(examples, { ...options, validationSplit: 0.3 });
      await model.evaluate(examples);
      await model.predict(examples.x);
      model.compile({
        optimizer: "adam",
        loss: "sparseCategoricalCrossentropy",
      });
    };
    await round();
    // Compiling gives programs back a moment later; prediction waits for it.
    await model.predict(examples.x);
    const before = inUse();
    for (let i = 0; i < 3; i++) await round();
    await model.predict(examples.x);
    expect(inUse()).toBe(before);
    await model.dispose();
  });

  test("that is used up is answered clearly, all of it comes back, and the model lives on", async () => {
    const before = inUse();
    const model = sequential(
      [
        layers.conv2d({ filters: 64, kernelSize: 3, padding: "same", inputShape: [256, 256, 1] }),
        layers.globalAveragePooling2d(),
      ],
      { device },
    );
    const images = (count: number) => ({
      data: new Uint8Array(count * 65536),
      shape: [count, 256, 256, 1],
    });
    // 300 images of 16 MiB each between the layers: more than 4 GiB.
    const run = model.predict(images(300), { batchSize: 300 });
    await expect(run).rejects.toThrow(TargetError);
    await expect(model.predict(images(300), { batchSize: 300 })).rejects.toThrow(/memory/);
    expect((await model.predict(images(2), { batchSize: 1 })).shape).toEqual([2, 64]);
    await model.dispose();
    expect(inUse()).toBe(before);
  });
});

describe("examples that are kept for the next call", () => {
  /** The device with no more than so many bytes at once. */
  function within(most: number): Device {
    const sizes = new Map<DeviceBuffer, number>();
    return {
      target: device.target,
      threads: device.threads,
      machine: device.machine,
      allocate(bytes) {
        const used = [...sizes.values()].reduce((a, b) => a + b, 0);
        if (used + bytes > most) throw new TargetError({ what: "The device's memory is used up." });
        const address = device.allocate(bytes);
        sizes.set(address, bytes);
        return address;
      },
      free(address) {
        sizes.delete(address);
        device.free(address);
      },
      write: (buffer, data, at) => device.write(buffer, data, at),
      read: (buffer, dtype, length, at) => device.read(buffer, dtype, length, at),
      load: (program, states, options) => device.load(program, states, options),
      close: () => device.close(),
    };
  }

  const bytes = 4 * 500 * 1000;
  const x = { data: new Float32Array(500 * 1000), shape: [500, 1000] };
  const y = { data: new Float32Array(500), shape: [500, 1] };
  const modelOn = (own: Device) =>
    sequential([layers.dense({ units: 1, inputShape: [1000] })], { device: own }).compile({
      optimizer: "sgd",
      loss: "meanSquaredError",
    });

  test("make room for those of another call, in a callback too", async () => {
    const model = modelOn(within(bytes + 100_000));
    await model.predict(x);
    expect((await model.evaluate({ x, y })).loss).toBe(0);
    await model.trainOnBatch({ x, y });
    await model.fit({ x, y }, { batchSize: 250, verbose: 0 });
    await model.dispose();
  });

  test("stay where a run is at work on them", async () => {
    const model = modelOn(within(bytes + 100_000));
    const run = model.fit(
      { x, y },
      {
        batchSize: 250,
        verbose: 0,
        callbacks: [{ onEpochEnd: async () => void (await model.predict(x)) }],
      },
    );
    await expect(run).rejects.toThrow(TargetError);
    await model.dispose();
  });
});

describe("a disposed model", () => {
  test("keeps weights, optimizer and progress, and goes on with the same bits", async () => {
    const [kept, given] = [tinyModel(device), tinyModel(device)];
    for (const model of [kept, given]) await model.fit(examples, options);
    const before = await outcomeOf(given);
    await given.dispose();
    expect(await outcomeOf(given)).toEqual(before);
    expect(await given.predict(examples.x)).toEqual(await kept.predict(examples.x));
    await given.dispose();
    for (const model of [kept, given]) await model.fit(examples, { ...options, epochs: 2 });
    expect(await outcomeOf(given)).toEqual(await outcomeOf(kept));
    await Promise.all([kept.dispose(), given.dispose()]);
  });

  test("may be disposed twice, and before it was used", async () => {
    const model = tinyModel(device);
    const weights = await model.getWeights();
    await model.dispose();
    await model.fit(examples, options);
    await model.dispose();
    await model.dispose();
    expect([...(await model.getWeights()).keys()]).toEqual([...weights.keys()]);
  });

  test("takes weights that are set while it is away", async () => {
    const model = tinyModel(device);
    const first = await model.getWeights();
    await model.fit(examples, options);
    await model.dispose();
    await model.setWeights(first);
    expect(await model.getWeights()).toEqual(first);
    const fresh = tinyModel(device);
    expect(await model.predict(examples.x)).toEqual(await fresh.predict(examples.x));
    await Promise.all([model.dispose(), fresh.dispose()]);
  });

  test("leaves other models on the device alone", async () => {
    const [a, b] = [tinyModel(device, { seed: 1 }), tinyModel(device, { seed: 2 })];
    await a.fit(examples, options);
    await b.fit(examples, options);
    const expected = await b.predict(examples.x);
    await a.dispose();
    const c = tinyModel(device, { seed: 3 });
    await c.fit(examples, options);
    expect(await b.predict(examples.x)).toEqual(expected);
    await Promise.all([b.dispose(), c.dispose()]);
  });
});

describe("a model compiled again", () => {
  test("keeps its weights and begins with a new optimizer", async () => {
    const model = tinyModel(device);
    await model.fit(examples, options);
    const weights = await model.getWeights();
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    expect(await model.getWeights()).toEqual(weights);
    expect(model.progress).toMatchObject({ epochs: 0, iterations: 0, history: [] });
    expect((await model.getState()).slots.size).toBe(0);
    expect(model.learningRate).toBe(0.01);
    const { history } = await model.fit(examples, options);
    expect(Object.keys(history)).toEqual(["loss", "learning_rate"]);
    await model.dispose();
  });

  test("trains as a fresh model with the same weights does", async () => {
    const settings = {
      optimizer: "adam",
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    } as const;
    const used = tinyModel(device, { optimizer: "sgd" });
    await used.fit(examples, options);
    const fresh = tinyModel(device, settings);
    await fresh.setWeights(await used.getWeights());
    used.compile(settings);
    for (const model of [used, fresh]) await model.fit(examples, { ...options, epochs: 2 });
    expect(await outcomeOf(used)).toEqual(await outcomeOf(fresh));
    await Promise.all([used.dispose(), fresh.dispose()]);
  });

  test("with another loss takes other targets", async () => {
    const model = tinyModel(device);
    await model.evaluate(examples);
    model.compile({
      optimizer: "adam",
      loss: "categoricalCrossentropy",
      metrics: ["accuracy"],
    });
    const rows = new Float32Array(60);
    examples.y.data.forEach((label, i) => {
      rows[3 * i + label] = 1;
    });
    const hot = { x: examples.x, y: { data: rows, shape: [20, 3] } };
    const expected = await tinyModel(device).evaluate(examples);
    const received = await model.evaluate(hot);
    expect(received.accuracy).toBe(expected.accuracy);
    expect(received.loss).toBeCloseTo(expected.loss, 6);
    await model.dispose();
  });
});
