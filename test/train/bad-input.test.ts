// Input that cannot be used is answered before anything is changed: what was expected, what came, and
// the model and its history as they were.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError, type FoveaError, ShapeError } from "../../src/core/errors.ts";
import type { Examples } from "../../src/data/examples.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { metrics } from "../../src/nn/metrics/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import type { Model } from "../../src/train/model.ts";
import type { CompileOptions } from "../../src/train/model-options.ts";
import type { FitOptions } from "../../src/train/options.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { image, outcomeOf, tinyExamples, tinyLayers, tinyModel } from "./tiny.ts";

let device: Device;
let model: Model;
let before: Awaited<ReturnType<typeof outcomeOf>>;
const examples = tinyExamples(20);

beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  model = tinyModel(device);
  await model.fit(examples, { batchSize: 8, epochs: 2, verbose: 0 });
  before = await outcomeOf(model);
});
afterAll(async () => {
  // Whatever was refused above, the model is as it was, history included.
  expect(await outcomeOf(model)).toEqual(before);
  await model.dispose();
  await device.close();
});

type Class = new (facts: { what: string }) => FoveaError;

/** The message of the error of class `type` that `run` ends in. */
async function refusal(type: Class, run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(type);
    const { message } = error as Error;
    expect(message).toMatch(/expected: \S/);
    expect(message).toMatch(/received: \S/);
    return message;
  }
  throw new Error("nothing was refused");
}

function withInputs(change: (x: Float32Array) => void): Examples {
  const data = Float32Array.from(examples.x.data);
  change(data);
  return { ...examples, x: { data, shape: examples.x.shape } };
}

function withLabels(change: (y: Int32Array) => void): Examples {
  const data = Int32Array.from(examples.y.data);
  change(data);
  return { ...examples, y: { data, shape: examples.y.shape } };
}

describe("options of fit", () => {
  test.each<[FitOptions, RegExp]>([
    [{ batchSize: 0 }, /batchSize[\s\S]*at least 1[\s\S]*received: 0/],
    [{ batchSize: -8 }, /batchSize[\s\S]*received: -8/],
    [{ batchSize: 2.5 }, /batchSize[\s\S]*received: 2\.5/],
    [{ batchSize: Number.NaN }, /batchSize[\s\S]*received: NaN/],
    [{ batchSize: Number.POSITIVE_INFINITY }, /batchSize[\s\S]*received: Infinity/],
    [{ epochs: 0 }, /epochs[\s\S]*received: 0/],
    [{ epochs: 1.5 }, /epochs[\s\S]*received: 1\.5/],
    [{ validationSplit: 1 }, /validationSplit[\s\S]*received: 1/],
    [{ validationSplit: -0.1 }, /validationSplit[\s\S]*received: -0\.1/],
    [{ validationSplit: Number.NaN }, /validationSplit[\s\S]*received: NaN/],
  ])("%o", async (options, message) => {
    const run = () => model.fit(examples, { verbose: 0, ...options });
    expect(await refusal(ConfigError, run)).toMatch(message);
  });

  test("a split that leaves nothing to train on", async () => {
    const run = () => model.fit(tinyExamples(3), { validationSplit: 0.9, verbose: 0 });
    expect(await refusal(DataError, run)).toMatch(/Nothing is left to train on[\s\S]*3 examples/);
  });

  test.each([0, -1, 1.5])("a batch size of %d in evaluate and predict", async (batchSize) => {
    const evaluate = () => model.evaluate(examples, { batchSize });
    const predict = () => model.predict(examples.x, { batchSize });
    expect(await refusal(ConfigError, evaluate)).toContain("batchSize");
    expect(await refusal(ConfigError, predict)).toContain("batchSize");
  });
});

describe("examples", () => {
  const size = image[0] * image[1] * image[2];
  const { data } = examples.x;
  const x = (...shape: number[]) => ({
    data: data.subarray(
      0,
      shape.reduce((a, b) => a * b),
    ),
    shape,
  });
  const labels = (count: number) => ({ data: new Int32Array(count), shape: [count] });

  test.each<[string, Examples, Class, RegExp]>([
    [
      "NaN",
      withInputs((v) => v.fill(Number.NaN, 7 * size + 3, 7 * size + 4)),
      DataError,
      /NaN in example 7, element 3/,
    ],
    [
      "an infinity",
      withInputs((v) => v.fill(Number.NEGATIVE_INFINITY, v.length - 1)),
      DataError,
      /-Infinity in example 19, element 59/,
    ],
    [
      "images of another size",
      { x: x(5, 5, 6, 2), y: labels(5) },
      DataError,
      /\[null, 6, 5, 2\][\s\S]*\[5, 5, 6, 2\]/,
    ],
    ["too few labels", { x: examples.x, y: labels(19) }, DataError, /20 targets[\s\S]*19/],
    ["no examples", { x: x(0, ...image), y: labels(0) }, DataError, /empty/],
    [
      "data that does not fill its shape",
      { x: { data: data.subarray(1), shape: examples.x.shape }, y: examples.y },
      DataError,
      /1200 elements[\s\S]*1199 elements/,
    ],
    [
      "a label above the last class",
      withLabels((y) => y.fill(3, 11, 12)),
      DataError,
      /0 to 2[\s\S]*3 for example 11/,
    ],
    ["a label below 0", withLabels((y) => y.fill(-1, 4, 5)), DataError, /-1 for example 4/],
    [
      "a label that is no whole number",
      { x: examples.x, y: { data: new Float32Array(20).fill(0.5), shape: [20] } },
      DataError,
      /0\.5 for example 0/,
    ],
    [
      "a label that is NaN",
      { x: examples.x, y: { data: new Float32Array(20).fill(Number.NaN), shape: [20] } },
      DataError,
      /NaN for example 0/,
    ],
    [
      "one-hot rows where numbers are due",
      { x: examples.x, y: { data: new Float32Array(60), shape: [20, 3] } },
      DataError,
      /\[N\][\s\S]*\[20, 3\][\s\S]*categoricalCrossentropy/,
    ],
  ])("with %s", async (_, bad, type, message) => {
    const fit = () => model.fit(bad, { verbose: 0 });
    const evaluate = () => model.evaluate(bad);
    const validate = () => model.fit(examples, { validationData: bad, verbose: 0 });
    for (const run of [fit, evaluate, validate]) expect(await refusal(type, run)).toMatch(message);
  });

  test("with NaN are refused by predict, too", async () => {
    const bad = withInputs((v) => v.fill(Number.NaN, size, size + 1));
    expect(await refusal(DataError, () => model.predict(bad.x))).toContain("NaN in example 1");
  });

  test.each([
    [undefined, /comes without x and y\.[\s\S]*\{ x, y \}[\s\S]*received: undefined/],
    [null, /without x and y/],
    [examples.x, /without x and y\.[\s\S]*received: \{ data, shape \}/],
    [{ x: examples.x }, /without y\.[\s\S]*received: \{ x \}/],
    [{ y: examples.y }, /without x\./],
    [{ x: examples.x.data, y: examples.y }, /x: this is no tensor[\s\S]*received: Float32Array/],
    [{ x: examples.x, y: [0, 1, 2] }, /y: this is no tensor[\s\S]*tensor\(data, shape\)/],
  ])("that are no examples: %#", async (wrong, message) => {
    const bad = wrong as unknown as Examples;
    expect(await refusal(DataError, () => model.fit(bad, { verbose: 0 }))).toMatch(message);
    expect(await refusal(DataError, () => model.evaluate(bad))).toMatch(message);
  });

  test.each([undefined, null, data, [1, 2], 4])("to predict that are no tensor: %#", async (x) => {
    const predict = () => model.predict(x as unknown as Examples["x"]);
    expect(await refusal(DataError, predict)).toMatch(/^The inputs: this is no tensor/);
  });

  test("that are paths of pictures, for a model that takes none", async () => {
    const refused = await refusal(DataError, () => model.predict("x.png"));
    expect(refused).toMatch(/^The model does not take picture files/);
  });

  test("that lack the batch axis are told the shape with it", async () => {
    const one = await refusal(DataError, () => model.predict(x(...image)));
    expect(one).toMatch(/the batch axis is missing: .* \[1, 6, 5, 2\]$/);
    const other = await refusal(DataError, () => model.predict(x(5, 6, 2)));
    expect(other).toMatch(/give the first layer this inputShape/);
  });

  test("that are told of in the singular", async () => {
    const fewer = () => model.fit({ x: examples.x, y: labels(19) }, { verbose: 0 });
    expect(await refusal(DataError, fewer)).toMatch(
      /^The set of examples does not have one target/,
    );
    const none = () => model.evaluate({ x: x(0, ...image), y: labels(0) });
    expect(await refusal(DataError, none)).toMatch(/^The set of examples is empty/);
  });

  test("of values: wrong widths and NaN among the targets", async () => {
    const regression = sequential(
      [layers.flatten({ inputShape: image }), layers.dense({ units: 2 })],
      { device },
    ).compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const y = (count: number, width: number) => ({
      data: new Float32Array(count * width),
      shape: [count, width],
    });
    const narrow = () => regression.fit({ x: examples.x, y: y(20, 1) }, { verbose: 0 });
    expect(await refusal(DataError, narrow)).toMatch(/\[null, 2\][\s\S]*\[20, 1\]/);
    const odd = y(20, 2);
    odd.data[5] = Number.NaN;
    const spoilt = () => regression.fit({ x: examples.x, y: odd }, { verbose: 0 });
    expect(await refusal(DataError, spoilt)).toMatch(/NaN in example 2, element 1/);
    await regression.dispose();
  });
});

describe("models", () => {
  test("that were not compiled neither fit nor evaluate", async () => {
    const raw = sequential(tinyLayers(), { device });
    const fit = () => raw.fit(examples, { verbose: 0 });
    expect(await refusal(ConfigError, fit)).toMatch(/not compiled before fit/);
    expect(await refusal(ConfigError, () => raw.evaluate(examples))).toMatch(/before evaluate/);
  });

  test.each([
    [undefined, "the optimizer and the loss"],
    [{}, "the optimizer and the loss"],
    [{ optimizer: "adam" }, "the loss"],
    [{ loss: "mse" }, "the optimizer"],
  ])("that are compiled with %o are told what is missing", async (options, missing) => {
    const raw = sequential(tinyLayers(), { device });
    const message = await refusal(ConfigError, () => raw.compile(options as CompileOptions));
    expect(message).toContain(`compile was not told ${missing}.`);
    expect(raw.settings).toBeUndefined();
  });

  test("without layers, or without an input shape", async () => {
    expect(await refusal(ConfigError, () => sequential([]))).toMatch(/has no layers/);
    const shapeless = () => sequential([layers.flatten()]);
    expect(await refusal(ConfigError, shapeless)).toMatch(/inputShape/);
  });

  test.each([[[28, 0, 1]], [[28, -1, 1]], [[28.5, 28, 1]], [[Number.NaN]]])(
    "with the input shape %j",
    async (inputShape) => {
      const make = () => sequential([layers.flatten({ inputShape })]);
      expect(await refusal(ShapeError, make)).toMatch(/is not a shape/);
    },
  );

  test("whose metrics would share a name with the loss, or with what another came to", async () => {
    const raw = sequential(tinyLayers(), { device });
    const settings = { optimizer: "sgd", loss: "sparseCategoricalCrossentropy" } as const;
    const [one, other] = [metrics.mean({ name: "mean_1" }), metrics.mean()];
    const twice = () => raw.compile({ ...settings, metrics: [one, other, other] });
    expect(await refusal(ConfigError, twice)).toContain('"mean_1" twice');
    const hidden = () => raw.compile({ ...settings, metrics: [metrics.mean({ name: "loss" })] });
    expect(await refusal(ConfigError, hidden)).toContain('"loss" twice');
    expect(raw.settings).toBeUndefined();
  });

  test("a learning rate that is no number", async () => {
    for (const rate of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const set = () => {
        model.learningRate = rate;
      };
      expect(await refusal(ConfigError, set)).toContain(String(rate));
    }
    expect(model.learningRate).toBe(0.01);
  });

  test("weights that are missing, unknown or of another shape replace nothing", async () => {
    const weights = await model.getWeights();
    const bias = { data: Float32Array.of(1, 2, 3), shape: [3] };
    const flat = new Map(weights).set("conv2d/bias", { data: new Float32Array(5), shape: [1, 5] });
    const more = new Map(weights).set("dense_9/bias", bias);
    const fewer = new Map([["dense/bias", bias]]);
    for (const [odd, message] of [
      [flat, /"conv2d\/bias" \[5\][\s\S]*\[1, 5\]/],
      [more, /dense_9\/bias/],
      [fewer, /"conv2d\/kernel"/],
    ] as const) {
      expect(await refusal(ShapeError, () => model.setWeights(odd))).toMatch(message);
    }
    expect(await model.getWeights()).toEqual(weights);
  });
});

describe("a model that is busy", () => {
  const settings = { optimizer: "sgd", loss: "meanSquaredError" } as const;

  test.each<[string, (busy: Model) => unknown]>([
    ["fit", (busy) => busy.fit(examples, { verbose: 0 })],
    ["evaluate", (busy) => busy.evaluate(examples)],
    ["predict", (busy) => busy.predict(examples.x)],
    ["dispose", (busy) => busy.dispose()],
    ["compile", (busy) => busy.compile(settings)],
    ["setState", async (busy) => busy.setState(await busy.getState())],
  ])("refuses %s, and goes on as if nothing had been asked", async (method, ask) => {
    const options: FitOptions = { batchSize: 4, epochs: 3, verbose: 0 };
    const [alone, busy] = [tinyModel(device), tinyModel(device)];
    await alone.fit(examples, options);
    const run = busy.fit(examples, options);
    const message = await refusal(ConfigError, () => ask(busy));
    expect(message).toContain(`${method} has to wait`);
    await run;
    expect(await outcomeOf(busy)).toEqual(await outcomeOf(alone));
    await Promise.all([alone.dispose(), busy.dispose()]);
  });
});

test("a file whose name says nothing of its kind, or another kind, is not written", async () => {
  await expect(saveModel(model, "model.onnx")).rejects.toThrow(/does not say what kind of file/);
  for (const make of [callbacks.modelCheckpoint, callbacks.earlyStopping]) {
    expect(() => make({ path: "best" })).toThrow(/does not say what kind of file/);
  }
  expect(() => callbacks.earlyStopping({ path: "best.keras" })).toThrow(/\.safetensors/);
  await expect(model.saveWeights("weights.keras")).rejects.toThrow(
    /would be a whole model, not weights alone\.\n.*\.weights\.h5/,
  );
});
