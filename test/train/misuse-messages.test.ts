// What a call that is nearly right is answered with: what to write instead.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confusionMatrix } from "../../src/assess/confusion-matrix.ts";
import { ConfigError } from "../../src/core/errors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { confusionSvg, curvesSvg } from "../../src/report/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import type { Model } from "../../src/train/model.ts";
import type { CompileOptions } from "../../src/train/model-options.ts";
import type { FitOptions } from "../../src/train/options.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
let model: Model;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  model = tinyModel(device);
});
afterAll(async () => {
  await model.dispose();
  await device.close();
});

const examples = tinyExamples(6);
const fitWith = (options: unknown) =>
  model.fit(examples, { verbose: 0, ...(options as FitOptions) });

describe("options of fit", () => {
  test.each<[unknown, RegExp]>([
    [{ callbacks: callbacks.earlyStopping() }, /a list of callbacks[\s\S]*put it into a list/],
    [{ callbacks: null }, /a list of callbacks[\s\S]*null/],
    [{ callbacks: [callbacks.terminateOnNaN] }, /call it: callbacks\.terminateOnNaN\(\)/],
    [{ callbacks: [callbacks.modelCheckpoint] }, /call it: callbacks\.modelCheckpoint\(\)/],
    [{ callbacks: [null] }, /a record of hooks/],
    [{ signal: "x" }, /signal of an AbortController[\s\S]*x/],
    [{ verbose: "yes" }, /verbose[\s\S]*0, 1, 2 or a boolean/],
    [{ verbose: 3 }, /verbose/],
    [{ validationFrequency: 0 }, /validationFrequency[\s\S]*counted from 1/],
    [{ validationFrequency: [0, 2] }, /validationFrequency[\s\S]*counted from 1/],
    [{ validationFrequency: 1.5 }, /validationFrequency/],
    [{ validationSteps: 0 }, /validationSteps[\s\S]*at least 1/],
    [{ stepsPerEpoch: 0 }, /stepsPerEpoch[\s\S]*at least 1/],
    [{ initialEpoch: -1 }, /initialEpoch[\s\S]*at least 0/],
    [{ initialEpoch: 2, resume: true }, /initialEpoch[\s\S]*resume/],
    [{ shuffle: "batch" }, /shuffle[\s\S]*true or false/],
  ])("%o", async (options, message) => {
    const run = fitWith(options);
    await expect(run).rejects.toThrow(ConfigError);
    await expect(fitWith(options)).rejects.toThrow(message);
  });

  test("verbose is a boolean as well: false is 0 and true is 1", async () => {
    const lines: string[] = [];
    const { write } = process.stdout;
    process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
    try {
      await fitWith({ verbose: false });
      expect(lines.join("")).toBe("");
      await fitWith({ verbose: true });
      expect(lines.join("")).toContain("Epoch 1/1");
    } finally {
      process.stdout.write = write;
    }
  });
});

describe("options of callbacks", () => {
  test.each<[object, RegExp]>([
    [{ patience: -1 }, /patience[\s\S]*at least 0[\s\S]*-1/],
    [{ patience: Number.NaN }, /patience[\s\S]*NaN/],
    [{ patience: 1.5 }, /patience[\s\S]*1\.5/],
    [{ patience: "2" }, /patience[\s\S]*"?2/],
    [{ mode: "lower" }, /mode[\s\S]*"auto", "min", "max"[\s\S]*lower/],
    [{ minDelta: Number.NaN }, /minDelta[\s\S]*NaN/],
  ])("%o", (options, message) => {
    for (const make of [callbacks.earlyStopping, callbacks.reduceLROnPlateau]) {
      expect(() => make(options)).toThrow(ConfigError);
      expect(() => make(options)).toThrow(message);
    }
  });

  test("a schedule that is none", () => {
    const make = () => callbacks.learningRateScheduler({} as never);
    expect(make).toThrow(/learningRateScheduler[\s\S]*a function/);
  });
});

describe("options of compile", () => {
  const compileWith = (options: unknown) => () =>
    sequential([layers.dense({ units: 3, inputShape: [2] })]).compile({
      optimizer: "adam",
      loss: "mse",
      ...(options as Partial<CompileOptions>),
    });

  test.each<[unknown, RegExp]>([
    [{ optimizer: 42 }, /no optimizer[\s\S]*"adam"[\s\S]*42/],
    [{ optimizer: "Adm" }, /did you mean "adam"/],
    [{ loss: 42 }, /loss cannot be used[\s\S]*42/],
    [{ metrics: "accuracy" }, /put it into a list: metrics: \["accuracy"\]/],
    [{ metrics: [null] }, /no metric[\s\S]*null/],
  ])("%o", (options, message) => {
    expect(compileWith(options)).toThrow(ConfigError);
    expect(compileWith(options)).toThrow(message);
  });
});

test.each([
  ["ReLU", "relu"],
  ["rleu", "relu"],
  ["Softmax", "softmax"],
  ["leaky_relu", "leakyRelu"],
  ["sigmiod", "sigmoid"],
])("the activation %s is answered with %s", (name, proposal) => {
  const make = () => layers.dense({ units: 1, activation: name as "relu" });
  expect(make).toThrow(`did you mean "${proposal}"?`);
});

test.each([1, "full", null])("padding %o is refused", (padding) => {
  const conv = () => layers.conv2d({ filters: 1, kernelSize: 3, padding: padding as "same" });
  expect(conv).toThrow(/padding[\s\S]*"valid", "same"/);
});

test("layers that are not in a list, or not called, are told how", () => {
  const [a, b] = [layers.flatten({ inputShape: [2, 2] }), layers.dense({ units: 1 })];
  const spread = sequential as unknown as (...layers: unknown[]) => unknown;
  expect(() => spread(a, b)).toThrow(/one list: sequential\(\[a, b\]\)/);
  expect(() => spread()).toThrow(/a list of layers[\s\S]*undefined/);
  expect(() => spread([a, layers.flatten])).toThrow(/place 2 is no layer[\s\S]*call it/);
  expect(() => spread([a], b)).toThrow(ConfigError);
});

test("a path before the model, and what loadModel gave instead of a model, are named", async () => {
  const save = saveModel as unknown as (...values: unknown[]) => Promise<void>;
  await expect(save("a.safetensors", model)).rejects.toThrow(/saveModel\(model, "model/);
  await expect(save({ model }, "a.safetensors")).rejects.toThrow(/take the model out of it/);
});

test("pictures of what they do not take say what they take", async () => {
  const history = await model.fit(examples, { verbose: 0 });
  expect(() => curvesSvg(history as never)).toThrow(
    /take the epochs: curvesSvg\(history\.epochs\)/,
  );
  const matrix = confusionMatrix([0, 1], [0, 1], 2);
  expect(() => confusionSvg(matrix, undefined as never)).toThrow(/2 names, as in confusionSvg/);
});

test("early stopping looks at the epochs that are validated", async () => {
  const seen: string[] = [];
  const stopping = callbacks.earlyStopping({ patience: 0 });
  await model.fit(examples, {
    epochs: 5,
    verbose: 0,
    validationData: examples,
    validationFrequency: 2,
    callbacks: [
      { ...stopping, onEpochEnd: (record, control) => stopping.onEpochEnd?.(record, control) },
      { onEpochEnd: ({ logs }) => void seen.push("val_loss" in logs ? "validated" : "not") },
    ],
  });
  expect(seen.slice(0, 2)).toEqual(["not", "validated"]);
});
