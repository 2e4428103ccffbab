// Models of any shape at work: several inputs and outputs, shared and frozen layers, models in models.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError, FormatError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { SymbolicTensor } from "../../src/nn/symbolic.ts";
import { model } from "../../src/train/functional.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const count = 24;

function noise(shape: Shape, stream: number) {
  const random = new RandomStream(3, stream);
  const data = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5);
  return { data, shape };
}

const images = noise([count, 4, 4, 1], 0);
const extras = noise([count, 3], 1);
const labels = { data: Int32Array.from({ length: count }, (_, i) => i % 3), shape: [count] };
const values = noise([count, 2], 2);

/** An image and three numbers in; a class and two numbers out. */
function twoByTwo() {
  const image = input({ shape: [4, 4, 1], name: "image" });
  const extra = input({ shape: [3], name: "extra" });
  const flat = layers.flatten().apply(layers.conv2d({ filters: 2, kernelSize: 3 }).apply(image));
  const all = layers.concatenate().apply([flat, extra]);
  const kind = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(all);
  const place = layers.dense({ units: 2, name: "place" }).apply(all);
  return model({ inputs: [image, extra], outputs: [kind, place], seed: 4, device });
}

const settings = {
  optimizer: "sgd",
  loss: { kind: "sparseCategoricalCrossentropy", place: "meanSquaredError" },
  lossWeights: { kind: 1, place: 0.25 },
  metrics: { kind: ["accuracy"] },
} as const;

const named = { x: { image: images, extra: extras }, y: { place: values, kind: labels } };
const listed = { x: [images, extras], y: [labels, values] };

describe("several inputs and outputs", () => {
  test("are trained on together, each with its loss, and reported under Keras's names", async () => {
    const net = twoByTwo().compile(settings);
    const { history } = await net.fit(named, { epochs: 3, batchSize: 5, verbose: 0 });
    expect(Object.keys(history)).toEqual([
      "kind_accuracy",
      "kind_loss",
      "loss",
      "place_loss",
      "learning_rate",
    ]);
    history.loss.forEach((loss, i) => {
      expect(loss).toBeCloseTo(history.kind_loss[i] + 0.25 * history.place_loss[i], 5);
    });
    expect(history.loss[2]).toBeLessThan(history.loss[0]);
    await net.dispose();
  });

  test("may be given as lists in order or as records by name: the same bits", async () => {
    const [a, b] = [twoByTwo().compile(settings), twoByTwo().compile(settings)];
    const options = { epochs: 2, validationSplit: 0.25, verbose: 0 } as const;
    const first = await a.fit(named, options);
    const second = await b.fit(listed, { ...options, validationSplit: 0.25 });
    expect(first.history).toEqual(second.history);
    expect(first.history).toHaveProperty("val_kind_accuracy");
    expect(await a.getWeights()).toEqual(await b.getWeights());
    expect(await a.evaluate(named)).toEqual(await b.evaluate(listed));
    expect(await a.predict(named.x)).toEqual(await b.predict(listed.x));
    await Promise.all([a.dispose(), b.dispose()]);
  });

  test("give predictions in the form of the outputs", async () => {
    const net = twoByTwo();
    const [kind, place] = await net.predict(listed.x, { batchSize: 7 });
    expect([kind.shape, place.shape]).toEqual([
      [count, 3],
      [count, 2],
    ]);
    const record = model({
      inputs: net.inputs,
      outputs: { where: net.outputs[1], what: net.outputs[0] },
      device,
    });
    const { where, what } = await record.predict(named.x);
    expect(where).toEqual(place);
    expect(what).toEqual(kind);
    const single = model({ inputs: net.inputs, outputs: net.outputs[1], device });
    expect(await single.predict(named.x)).toEqual(place);
    await Promise.all([net.dispose(), record.dispose(), single.dispose()]);
  });

  test("an output without a loss is not trained, and needs no targets", async () => {
    const net = twoByTwo().compile({ optimizer: "sgd", loss: { place: "meanSquaredError" } });
    const before = await net.getWeights();
    await net.fit({ x: named.x, y: values }, { verbose: 0 });
    const after = await net.getWeights();
    expect(after.get("kind/kernel")).toEqual(before.get("kind/kernel"));
    expect(after.get("place/kernel")).not.toEqual(before.get("place/kernel"));
    expect(Object.keys(await net.evaluate({ x: named.x, y: values }))).toEqual(["loss"]);
    await net.dispose();
  });

  test.each<[string, object, RegExp]>([
    ["an output that does not exist", { loss: { knd: "meanSquaredError" } }, /received: knd/],
    ["too few losses", { loss: ["meanSquaredError"] }, /loss does not fit[\s\S]*kind, place/],
    ["no loss at all", { loss: {} }, /not learn from any/],
    ["a flat list of metrics", { metrics: ["accuracy"] }, /metrics does not fit/],
    ["a weight that is no number", { lossWeights: { kind: Number.NaN } }, /lossWeights/],
  ])("compile refuses %s", (_, options, message) => {
    const net = twoByTwo();
    const compile = () => net.compile({ ...settings, ...options });
    expect(compile).toThrow(ConfigError);
    expect(compile).toThrow(message);
  });

  test.each<[string, object, RegExp]>([
    ["one input of two", { x: images, y: named.y }, /2 tensors for image, extra[\s\S]*1 tensor/],
    ["a wrong name", { x: { image: images, extr: extras }, y: named.y }, /image, extr$/m],
    ["one answer of two", { x: named.x, y: { kind: labels } }, /kind, place/],
    [
      "inputs in the wrong order",
      { x: [extras, images], y: named.y },
      /input "image"[\s\S]*\[null, 4, 4, 1\][\s\S]*\[24, 3\]/,
    ],
    [
      "an input with fewer rows",
      { x: [images, noise([8, 3], 1)], y: named.y },
      /"extra"[\s\S]*8 targets|targets, one for each input of \[8, 3\]/,
    ],
  ])("fit refuses %s", async (_, examples, message) => {
    const net = twoByTwo().compile(settings);
    const fit = net.fit(examples as typeof named, { verbose: 0 });
    await expect(fit).rejects.toThrow(DataError);
    await expect(net.fit(examples as typeof named, { verbose: 0 })).rejects.toThrow(message);
    await net.dispose();
  });

  test("come back from a file: settings, weights, and the same results", async () => {
    const net = twoByTwo().compile(settings);
    await net.fit(named, { verbose: 0 });
    const { model: again } = await decodeModel(await encodeModel(net), { device });
    expect(await again.getState()).toEqual(await net.getState());
    expect(again.network.toConfig()).toEqual(net.network.toConfig());
    expect(await again.evaluate(named)).toEqual(await net.evaluate(named));
    const more = { epochs: 2, verbose: 0, resume: true } as const;
    await net.fit(named, more);
    await again.fit(named, more);
    expect(await again.getWeights()).toEqual(await net.getWeights());
    await Promise.all([net.dispose(), again.dispose()]);
  });
});

test.each<[Shape]>([[[]], [[7]], [[5, 3]], [[2, 3, 4, 2]]])(
  "examples of shape %j are as good as images",
  async (shape) => {
    const x = input({ shape });
    const y = layers.dense({ units: 1 }).apply(layers.flatten().apply(x));
    const net = model({ inputs: x, outputs: y, device });
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const examples = { x: noise([count, ...shape], 5), y: noise([count, 1], 6) };
    const { history } = await net.fit(examples, { epochs: 2, verbose: 0 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    expect((await net.predict(examples.x)).shape).toEqual([count, 1]);
    await net.dispose();
  },
);

/** Two dense layers, and the model that ends after the first. */
function withPart() {
  const x = input({ shape: [3] });
  const hidden = layers.dense({ units: 4, activation: "tanh" }).apply(x);
  const whole = model({ inputs: x, outputs: layers.dense({ units: 2 }).apply(hidden), device });
  whole.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const part = model({
    inputs: whole.inputs,
    outputs: whole.getLayer("dense").output,
    device,
  });
  return { whole, part };
}

describe("what is no symbolic tensor", () => {
  const x = input({ shape: [4] });
  const wrong = [undefined, null, { x }, "x", [x, undefined], layers.flatten(), images];

  test.each(wrong)("is refused as inputs: %#", (inputs) => {
    const make = () => model({ inputs: inputs as never, outputs: x });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/The inputs of the model "functional" [\s\S]*input\(\{ shape \}\)/);
  });

  test.each([undefined, 3, [undefined], { x: 3 }])("is refused as outputs: %#", (outputs) => {
    const make = () => model({ inputs: x, outputs: outputs as never });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/The outputs of the model "functional" [\s\S]*input\(\{ shape \}\)/);
  });

  test("is refused where a layer or a model is applied to it", () => {
    const apply = () => layers.flatten().apply(images as never);
    expect(apply).toThrow(/the layer "flatten" is applied to[\s\S]*received: \{ data, shape \}/);
    const whole = model({ inputs: x, outputs: layers.flatten().apply(x) });
    expect(() => whole.apply(undefined as never)).toThrow(/the model "functional" is applied to/);
  });
});

describe("models that share layers", () => {
  test("share weights: what one learns the other knows, while both are on a device", async () => {
    const { whole, part } = withPart();
    const before = await part.predict(extras);
    await whole.fit({ x: extras, y: values }, { verbose: 0 });
    const after = await part.predict(extras);
    expect(after).not.toEqual(before);
    expect((await part.getWeights()).get("dense/kernel")).toEqual(
      (await whole.getWeights()).get("dense/kernel"),
    );
    await whole.dispose();
    expect(await part.predict(extras)).toEqual(after);
    await part.dispose();
    expect(await part.predict(extras)).toEqual(after);
    await part.setWeights(
      new Map(
        [...(await part.getWeights())].map(([name, { data, shape }]) => [
          name,
          { data: data.map(() => 0), shape },
        ]),
      ),
    );
    expect((await whole.getWeights()).get("dense/kernel")?.data.every((value) => value === 0)).toBe(
      true,
    );
    await part.dispose();
  });

  test("on two devices are refused, not mixed up", async () => {
    const other = await WasmDevice.open({ threads: 1 });
    const { whole } = withPart();
    const elsewhere = model({
      inputs: whole.inputs,
      outputs: whole.getLayer("dense").output,
      device: other,
    });
    await whole.predict(extras);
    await expect(elsewhere.predict(extras)).rejects.toThrow(/two devices/);
    await whole.dispose();
    expect((await elsewhere.predict(extras)).shape).toEqual([count, 4]);
    await elsewhere.dispose();
    await other.close();
  });

  test("a model is a layer of another, in a row and in a graph", async () => {
    const base = sequential(
      [layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [4, 4, 1] }), layers.flatten()],
      { device, name: "base" },
    );
    const row = sequential([base, layers.dense({ units: 2 })], { device });
    const x = input({ shape: [4, 4, 1] });
    const graph = model({
      inputs: x,
      outputs: layers.dense({ units: 2 }).apply(base.apply(x)),
      device,
    });
    expect(row.getLayer("base").getLayer("conv2d").countParams()).toBe(20);
    expect([...(await row.getWeights()).keys()]).toEqual([
      "base/conv2d/kernel",
      "base/conv2d/bias",
      "dense/kernel",
      "dense/bias",
    ]);
    await graph.getLayer("dense").setWeights(await row.getLayer("dense").getWeights());
    expect(await graph.predict(images)).toEqual(await row.predict(images));
    row.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const before = await base.predict(images);
    await row.fit({ x: images, y: values }, { verbose: 0 });
    expect(await base.predict(images)).not.toEqual(before);
    const { model: again } = await decodeModel(await encodeModel(row), { device });
    expect(await again.predict(images)).toEqual(await row.predict(images));
    await Promise.all([base, row, graph, again].map((one) => one.dispose()));
  });

  test("a batch normalisation that is used twice moves its statistics twice a step", async () => {
    const x = input({ shape: [3] });
    const shared = layers.batchNormalization({ momentum: 0.5 });
    const y = layers.add().apply([shared.apply(x), shared.apply(x)]);
    const net = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(y), device });
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const examples = { x: extras, y: noise([count, 1], 6) };
    await net.fit(examples, { batchSize: count, verbose: 0 });
    const moved = (await net.getWeights()).get("batch_normalization/moving_mean")
      ?.data as Float32Array;
    const mean = [0, 1, 2].map((c) => {
      const column = extras.data.filter((_, i) => i % 3 === c);
      return column.reduce((a, b) => a + b) / count;
    });
    // From 0, half of the way to the mean, twice.
    moved.forEach((value, c) => {
      expect(value).toBeCloseTo(0.75 * mean[c], 6);
    });
    await net.dispose();
  });
});

describe("files of nested models", () => {
  /** A file whose one layer lies in so many networks. */
  async function nestedFile(depth: number): Promise<Uint8Array> {
    const net = sequential([layers.dense({ units: 1, inputShape: [1] })], { device });
    const { tensors, metadata } = decodeSafetensors(await encodeModel(net), "it");
    const header = JSON.parse(metadata.fovea);
    const path: string[] = [];
    for (let i = 0; i < depth; i++) {
      const name = `n${i}`;
      path.unshift(name);
      const options = { ...header.network, name };
      header.network = { ...header.network, layers: [{ kind: "network", options }] };
    }
    const renamed = [...tensors].map(([name, value]): [string, typeof value] => [
      [...path, name].join("/"),
      value,
    ]);
    const fovea = JSON.stringify(header);
    return encodeSafetensors({ tensors: renamed, metadata: { fovea } });
  }

  test("are read in a time that grows with their depth, and no faster", async () => {
    const { model: net } = await decodeModel(await nestedFile(40), { device });
    expect(net.countParams()).toBe(2);
    expect((await net.predict({ data: Float32Array.of(1), shape: [1, 1] })).shape).toEqual([1, 1]);
    await net.dispose();
  });

  test("that are nested beyond reason get an error, not an overflow", async () => {
    await expect(decodeModel(await nestedFile(400), { device })).rejects.toThrow(FormatError);
    await expect(decodeModel(await nestedFile(400), { device })).rejects.toThrow(/too deep/);
  });
});

describe("frozen layers", () => {
  function normalised() {
    return sequential(
      [
        layers.dense({ units: 4, inputShape: [3] }),
        layers.batchNormalization(),
        layers.dense({ units: 2 }),
      ],
      { device, seed: 2 },
    ).compile({ optimizer: "adam", loss: "meanSquaredError" });
  }
  const examples = { x: extras, y: values };

  test("keep their weights, and batch normalisation its statistics", async () => {
    const net = normalised();
    net.getLayer("dense").trainable = false;
    net.getLayer("batch_normalization").trainable = false;
    const before = await net.getWeights();
    await net.fit(examples, { epochs: 2, verbose: 0 });
    const after = await net.getWeights();
    for (const [name, value] of after) {
      if (name.startsWith("dense_1/")) expect(value, name).not.toEqual(before.get(name));
      else expect(value, name).toEqual(before.get(name));
    }
    await net.dispose();
  });

  test("batch normalisation that is frozen trains as it predicts", async () => {
    const net = normalised();
    const { loss } = await net.evaluate(examples, { batchSize: count });
    net.getLayer("batch_normalization").trainable = false;
    const frozen = await net.fit(examples, { batchSize: count, verbose: 0 });
    expect(frozen.history.loss[0]).toBeCloseTo(loss, 6);
    const free = normalised();
    const moved = await free.fit(examples, { batchSize: count, verbose: 0 });
    expect(Math.abs(moved.history.loss[0] - loss)).toBeGreaterThan(1e-3);
    await Promise.all([net.dispose(), free.dispose()]);
  });

  test("learn again when they are set free, and files know of them", async () => {
    const net = normalised();
    net.trainable = false;
    net.trainable = true;
    net.getLayer("dense").trainable = false;
    await net.fit(examples, { verbose: 0 });
    const { model: again } = await decodeModel(await encodeModel(net), { device });
    expect(again.layers.map(({ trainable }) => trainable)).toEqual([false, true, true]);
    expect(await again.getState()).toEqual(await net.getState());
    again.getLayer("dense").trainable = true;
    const before = await again.getLayer("dense").getWeights();
    await again.fit(examples, { verbose: 0 });
    expect(await again.getLayer("dense").getWeights()).not.toEqual(before);
    await Promise.all([net.dispose(), again.dispose()]);
  });

  test("are counted in the summary", () => {
    const net = normalised();
    net.getLayer("dense").trainable = false;
    const { parameters, trainableParameters } = net.summarize();
    expect([parameters, trainableParameters]).toEqual([16 + 16 + 10, 8 + 10]);
    expect(net.summary()).toContain("Non-trainable params: 24 (96.00 B)");
    const lines = net.summary({ showTrainable: true }).split("\n");
    expect(lines.find((line) => line.includes("dense (Dense)"))).toContain("│ N ");
    expect(lines.find((line) => line.includes("dense_1 (Dense)"))).toContain("│ Y ");
  });
});

describe("getLayer", () => {
  test("finds by name, by index, and from the end", async () => {
    const { whole } = withPart();
    expect(whole.getLayer("dense_1").name).toBe("dense_1");
    expect(whole.getLayer(0).className).toBe("InputLayer");
    expect(whole.getLayer(-1).name).toBe("dense_1");
    expect(whole.getLayer(1).countParams()).toBe(16);
    expect(
      [...(await whole.getLayer(1).getWeights())].map(([name, { shape }]) => [name, shape]),
    ).toEqual([
      ["kernel", [3, 4]],
      ["bias", [4]],
    ]);
  });

  test("targets what does not exist", async () => {
    const { whole } = withPart();
    expect(() => whole.getLayer("dens")).toThrow(/did you mean "dense"/);
    expect(() => whole.getLayer(9)).toThrow(/from 0 to 2/);
    const weights = new Map([["kernel", { data: new Float32Array(12), shape: [3, 4] }]]);
    await expect(whole.getLayer("dense").setWeights(weights)).rejects.toThrow(/"bias" \[4\]/);
  });

  test("a layer that is used twice has two outputs and no single one", () => {
    const x = input({ shape: [3] });
    const shared = layers.dense({ units: 3 });
    const y: SymbolicTensor = shared.apply(shared.apply(x));
    const layer = model({ inputs: x, outputs: y }).getLayer("dense");
    expect(layer.outputs).toHaveLength(2);
    expect(() => layer.output).toThrow(/not have exactly one output/);
  });
});
