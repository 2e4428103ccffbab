// Stopping, saving, loading and going on gives the same bits as not stopping, wherever it stopped: weights,
// slots, statistics, history and what is reported of the epoch that was cut in two.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FormatError, ShapeError } from "../../src/core/errors.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import type { Model } from "../../src/train/model.ts";
import type { FitOptions } from "../../src/train/options.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { afterStep, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
let straight: Awaited<ReturnType<typeof outcomeOf>>;
const examples = tinyExamples(53);
/** Six steps an epoch, of which the last is a partial one. */
const options: FitOptions = { epochs: 4, batchSize: 8, verbose: 0, validationSplit: 0.2 };

beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  const model = tinyModel(device);
  await model.fit(examples, options);
  straight = await outcomeOf(model);
  await model.dispose();
});
afterAll(() => device.close());

/** The model as a file brings it back; the first one's memory is given back. */
async function reload(model: Model): Promise<Model> {
  const bytes = await encodeModel(model);
  await model.dispose();
  return (await decodeModel(bytes, { device })).model;
}

async function goOn(model: Model): Promise<void> {
  const history = await model.fit(examples, { ...options, resume: true });
  expect(await outcomeOf(model)).toEqual(straight);
  expect(history.history.val_loss).toHaveLength(4);
  expect(history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  await model.dispose();
}

describe("a run of four epochs", () => {
  test("is the same with a stop after the second, saved and loaded", async () => {
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 2 });
    expect(model.progress).toMatchObject({ epochs: 2, steps: 0, iterations: 12 });
    await goOn(await reload(model));
  });

  test.each([1, 5, 6, 9, 17])("is the same when aborted after step %i", async (step) => {
    const model = tinyModel(device);
    const abort = new AbortController();
    const { stopped } = await model.fit(examples, {
      ...options,
      signal: abort.signal,
      callbacks: [afterStep(step, () => abort.abort())],
    });
    expect(stopped).toBe("interrupted");
    const epochs = Math.floor((step - 1) / 6);
    expect(model.progress).toMatchObject({ epochs, steps: step - 6 * epochs, iterations: step });
    await goOn(await reload(model));
  });

  test("refuses other batches in the middle of an epoch, and changes nothing", async () => {
    const model = tinyModel(device);
    const abort = new AbortController();
    await model.fit(examples, {
      ...options,
      signal: abort.signal,
      callbacks: [afterStep(9, () => abort.abort())],
    });
    const before = await outcomeOf(model);
    for (const batchSize of [5, 3]) {
      const run = model.fit(examples, { ...options, batchSize, resume: true });
      await expect(run).rejects.toThrow(
        /middle of an epoch, which cannot continue with other batches/,
      );
    }
    expect(await outcomeOf(model)).toEqual(before);
    await goOn(await reload(model));
  });

  test("is the same when aborted while steps run together, at any moment", async () => {
    const model = tinyModel(device);
    const abort = new AbortController();
    const training = model.fit(examples, { ...options, signal: abort.signal });
    setTimeout(() => abort.abort(), 60);
    await training;
    await goOn(await reload(model));
  });

  test("is the same when aborted five times over", async () => {
    let model = tinyModel(device);
    for (let i = 0; i < 5; i++) {
      const abort = new AbortController();
      await model.fit(examples, {
        ...options,
        resume: true,
        signal: abort.signal,
        callbacks: [afterStep(4, () => abort.abort())],
      });
      model = await reload(model);
    }
    expect(model.progress.iterations).toBe(20);
    await goOn(model);
  });

  test("is the same when saved from within a step, and taken up from there", async () => {
    const model = tinyModel(device);
    let saved: Uint8Array = new Uint8Array();
    await model.fit(examples, {
      ...options,
      callbacks: [
        afterStep(9, async () => {
          saved = await encodeModel(model);
        }),
      ],
    });
    expect(await outcomeOf(model)).toEqual(straight);
    await model.dispose();
    const { model: again } = await decodeModel(saved, { device });
    expect(again.progress).toMatchObject({ epochs: 1, steps: 3, iterations: 9 });
    await goOn(again);
  });

  test("is the same when a callback fails, and it goes on from there", async () => {
    const model = tinyModel(device);
    const failing = afterStep(8, () => {
      throw new Error("the disk is full");
    });
    const run = model.fit(examples, { ...options, callbacks: [failing] });
    await expect(run).rejects.toThrow("the disk is full");
    await goOn(await reload(model));
  });

  test("is the same when the memory is given back in between", async () => {
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 3 });
    await model.dispose();
    expect(model.progress.epochs).toBe(3);
    await goOn(model);
  });

  test("does nothing more once all epochs are done", async () => {
    const model = tinyModel(device);
    await model.fit(examples, options);
    const begun: number[] = [];
    const { epochs } = await model.fit(examples, {
      ...options,
      resume: true,
      callbacks: [{ onEpochBegin: ({ epoch }) => void begun.push(epoch) }],
    });
    expect(begun).toEqual([]);
    expect(epochs).toHaveLength(4);
    expect(await outcomeOf(model)).toEqual(straight);
    await model.dispose();
  });

  test("keeps a learning rate that a callback has changed", async () => {
    const run = async (cut: boolean) => {
      let model = tinyModel(device);
      const halve = {
        onEpochEnd: ({ epoch }: { epoch: number }) => {
          if (epoch === 2) model.learningRate /= 2;
        },
      };
      if (cut) {
        await model.fit(examples, { ...options, epochs: 2, callbacks: [halve] });
        model = await reload(model);
      }
      await model.fit(examples, { ...options, resume: true, callbacks: [halve] });
      const outcome = await outcomeOf(model);
      await model.dispose();
      return outcome;
    };
    const whole = await run(false);
    expect(whole.history.map(({ logs }) => logs.learning_rate)).toEqual([0.01, 0.01, 0.005, 0.005]);
    expect(await run(true)).toEqual(whole);
  });
});

describe("a file", () => {
  test("written twice has the same bytes", async () => {
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 1 });
    const bytes = await encodeModel(model);
    expect(await encodeModel(model)).toEqual(bytes);
    expect(await encodeModel((await decodeModel(bytes, { device })).model)).toEqual(bytes);
    await model.dispose();
  });

  test("keeps a model that was never compiled, and one that was never trained", async () => {
    const raw = sequential([layers.dense({ units: 2, inputShape: [3] })], { seed: 2, device });
    const again = (await decodeModel(await encodeModel(raw), { device })).model;
    expect(again.settings).toBeUndefined();
    expect(await again.getWeights()).toEqual(await raw.getWeights());

    const fresh = (await decodeModel(await encodeModel(tinyModel(device)), { device })).model;
    await goOn(fresh);
  });

  test("keeps layers whose names look like the optimizer's", async () => {
    const model = sequential(
      [
        layers.flatten({ inputShape: [6, 5, 2] }),
        layers.dense({ units: 3, activation: "softmax", name: "optimizer" }),
      ],
      { device },
    ).compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
    await model.fit(examples, { verbose: 0 });
    const again = (await decodeModel(await encodeModel(model), { device })).model;
    expect(await outcomeOf(again)).toEqual(await outcomeOf(model));
    await model.dispose();
  });

  test("keeps the names of classes", async () => {
    const classNames = ["cat", "dog", "Ω"];
    const bytes = await encodeModel(tinyModel(device), { classNames });
    expect((await decodeModel(bytes, { device })).classNames).toEqual(classNames);
  });

  /** A trained model's file, changed. */
  async function changed(
    change: (tensors: Map<string, Tensor>, header: Record<string, unknown>) => void,
  ): Promise<Uint8Array> {
    const model = tinyModel(device);
    await model.fit(examples, { ...options, epochs: 1 });
    const { tensors, metadata } = decodeSafetensors(await encodeModel(model), "the file");
    await model.dispose();
    const header = JSON.parse(metadata.fovea) as Record<string, unknown>;
    const loose = new Map<string, Tensor>(tensors);
    change(loose, header);
    return encodeSafetensors({ tensors: loose, metadata: { fovea: JSON.stringify(header) } });
  }

  test.each<[string, (tensors: Map<string, Tensor>) => void, RegExp]>([
    ["a weight is missing", (tensors) => tensors.delete("dense/bias"), /"dense\/bias" \[3\]/],
    [
      "a weight has another shape",
      (tensors) => tensors.set("dense/bias", { data: new Float32Array(4), shape: [4] }),
      /"dense\/bias" \[3\][\s\S]*\[4\]/,
    ],
    [
      "there is a weight too many",
      (tensors) => tensors.set("dense_1/bias", { data: new Float32Array(4), shape: [4] }),
      /dense_1\/bias/,
    ],
    [
      "one of the optimizer's values is missing",
      (tensors) => tensors.delete("optimizer/dense/bias/velocity"),
      /"dense\/bias\/velocity" \[3\]/,
    ],
    [
      "one of the optimizer's values has another shape",
      (tensors) =>
        tensors.set("optimizer/dense/bias/velocity", { data: new Float32Array(4), shape: [2, 2] }),
      /"dense\/bias\/velocity" \[3\][\s\S]*\[2, 2\]/,
    ],
  ])("in which %s is refused by name", async (_, change, message) => {
    const bytes = await changed(change);
    const open = () => decodeModel(bytes, { name: "odd.safetensors", device });
    await expect(open()).rejects.toThrow(FormatError);
    await expect(open()).rejects.toThrow(message);
    await expect(open()).rejects.toThrow(/odd\.safetensors/);
  });

  test.each<[string, unknown]>([
    ["a layer larger than the file", { kind: "dense", options: { units: 2 ** 40 } }],
    ["a layer larger than memory", { kind: "dense", options: { units: 2 ** 31 } }],
    ["a layer that does not exist", { kind: "conv9d", options: {} }],
    ["a layer without its options", { kind: "conv2d", options: {} }],
    ["a name that is not text", { kind: "flatten", options: { name: { length: 3 } } }],
    ["a name with a slash", { kind: "flatten", options: { name: "a/b" } }],
  ])("that describes %s is refused at once", async (_, layer) => {
    const bytes = await changed((__, header) => {
      (header.network as { layers: unknown[] }).layers.push(layer);
    });
    const start = performance.now();
    await expect(decodeModel(bytes, { name: "hostile.safetensors", device })).rejects.toThrow(
      FormatError,
    );
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test("of another architecture leaves the model as it was", async () => {
    const model = tinyModel(device);
    const before = await outcomeOf(model);
    const other = sequential([layers.dense({ units: 1, inputShape: [2] })], { device });
    const foreign = await other.getState();
    await expect(model.setState(foreign)).rejects.toThrow(ShapeError);
    const mixed = {
      ...(await model.getState()),
      slots: new Map([["dense/bias/momentum", tensorOf(3)]]),
    };
    await expect(model.setState(mixed)).rejects.toThrow(/conv2d\/kernel\/momentum/);
    expect(await outcomeOf(model)).toEqual(before);
  });
});

function tensorOf(size: number): Tensor<Float32Array> {
  return { data: new Float32Array(size), shape: [size] };
}
