// What goes between Fovea and files of Keras and TensorFlow.js beyond layers and weights: older words,
// free sizes, packed weights, training, names of classes.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import { encodeHdf5 } from "../../src/formats/hdf5.ts";
import { emptyGroup, groupAt } from "../../src/formats/hdf5-tree.ts";
import { decodeCompile } from "../../src/interchange/keras/compile-config.ts";
import { networkIn } from "../../src/interchange/keras/network-in.ts";
import type { StoredTraining } from "../../src/interchange/stored-model.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { input } from "../../src/nn/input.ts";
import { layerFrom, layers } from "../../src/nn/layers/index.ts";
import { model } from "../../src/train/functional.ts";
import { loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let folder: string;
let device: Device;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-interchange-"));
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const small = (units = 2, seed = 1) =>
  sequential(
    [
      layers.dense({ units: 4, name: "body", inputShape: [3] }),
      layers.dense({ units, name: "head" }),
    ],
    { device, seed },
  );
const x = { data: Float32Array.of(0.5, -1, 2), shape: [1, 3] };

interface Written {
  modelTopology: { model_config: { config: Record<string, unknown> } };
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
}

/** A model.json that `change` changed. */
async function changedJson(name: string, change: (file: Written) => void): Promise<string> {
  const path = at(`${name}.json`);
  await saveModel(small(), path);
  const file = JSON.parse(readFileSync(path, "utf8")) as Written;
  change(file);
  writeFileSync(path, JSON.stringify(file));
  return path;
}

describe("a model.json", () => {
  test.each([
    ["uint8", 1, (view: DataView, i: number) => view.setUint8(i, 51)],
    ["uint16", 2, (view: DataView, i: number) => view.setUint16(2 * i, 51, true)],
  ])("with weights packed as %s is read", async (dtype, width, write) => {
    const path = await changedJson(dtype, ({ weightsManifest: [group] }) => {
      const bytes = new Uint8Array(26 * width);
      for (let i = 0; i < 26; i++) write(new DataView(bytes.buffer), i);
      writeFileSync(at(`${dtype}.bin`), bytes);
      group.paths = [`${dtype}.bin`];
      for (const weight of group.weights) {
        weight.quantization = { dtype, min: -1, scale: 2 / 255, original_dtype: "float32" };
      }
    });
    const { model } = await loadModel(path, { device });
    const values = [...(await model.getWeights()).values()].flatMap(({ data }) => [...data]);
    expect(new Set(values)).toEqual(new Set([Math.fround(51 * (2 / 255) - 1)]));
  });

  test("with weights of half precision is read", async () => {
    const path = await changedJson("half", ({ weightsManifest: [group] }) => {
      writeFileSync(at("half.bin"), new Uint8Array(new Uint16Array(26).fill(0xb800).buffer));
      group.paths = ["half.bin"];
      for (const weight of group.weights) weight.quantization = { dtype: "float16" };
    });
    const { model } = await loadModel(path, { device });
    expect((await model.getWeights()).get("head/bias")?.data).toEqual(Float32Array.of(-0.5, -0.5));
  });

  test.each([
    [{ dtype: "uint4", min: 0, scale: 1 }, /uint4/],
    [{ dtype: "uint8", min: "0", scale: 1 }, /scale and min/],
    [{ dtype: "__proto__" }, /__proto__/],
    ["uint8", /does not read/],
    [3, /does not read/],
  ])("with weights packed as %j is refused", async (quantization, message) => {
    const path = await changedJson("bad", ({ weightsManifest: [group] }) => {
      for (const weight of group.weights) weight.quantization = quantization;
    });
    const error = await loadModel(path, { device }).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(FoveaError);
    expect((error as Error).message).toMatch(message);
  });

  test("whose sequential model is the list of its layers is read", async () => {
    const path = await changedJson("list", ({ modelTopology: { model_config: model } }) => {
      Object.assign(model, { config: model.config.layers });
    });
    const { model } = await loadModel(path, { device });
    expect(await model.predict(x)).toEqual(await small().predict(x));
  });

  test("keeps training and the names of classes where asked, and is small otherwise", async () => {
    const made = small().compile({ optimizer: "adam", loss: "meanSquaredError", metrics: ["mae"] });
    const y = { data: Float32Array.of(1, 2), shape: [1, 2] };
    await made.fit({ x, y }, { epochs: 3, verbose: 0 });
    const classNames = ["cat", "größer"];
    await saveModel(made, at("trained.json"), { training: true, classNames });
    const loaded = await loadModel(at("trained.json"), { device });
    expect(loaded.classNames).toEqual(classNames);
    expect(loaded.model.progress.iterations).toBe(3);
    expect((await loaded.model.getState()).slots).toEqual((await made.getState()).slots);
    expect(loaded.model.settings?.metrics.map(({ name }) => name)).toEqual(["mae"]);
    await saveModel(made, at("bare.json"), { classNames });
    const bare = await loadModel(at("bare.json"), { device });
    expect(bare.model.settings).toBeUndefined();
    expect(bare.classNames).toEqual(classNames);
  });

  test("that TensorFlow.js cannot open is written with a warning that says why", async () => {
    const warnings: string[] = [];
    const made = sequential(
      [
        layers.conv2d({ filters: 4, kernelSize: 3, groups: 2, inputShape: [5, 5, 4] }),
        layers.groupNormalization({ groups: 2 }),
        layers.conv2d({ filters: 2, kernelSize: 1, name: "my layer" }),
        layers.activation({ activation: "celu" }),
      ],
      { device },
    );
    await saveModel(made, at("gaps.json"), { onWarning: (text) => warnings.push(text) });
    const [text] = warnings;
    expect(text).toMatch(/groups 2 of the layer "conv2d"/);
    expect(text).toMatch(/no layer GroupNormalization/);
    expect(text).toMatch(/name "my layer"/);
    expect(text).toMatch(/activation "celu"/);
    await saveModel(small(), at("sound.json"), { onWarning: (told) => warnings.push(told) });
    expect(warnings).toHaveLength(1);
  });
});

test.each([".keras", ".h5"])("names of classes come back from %s", async (ending) => {
  const classNames = Array.from({ length: 1000 }, (_, i) => `class ${i}, größer`);
  await saveModel(small(), at(`classes${ending}`), { classNames });
  expect((await loadModel(at(`classes${ending}`), { device })).classNames).toEqual(classNames);
});

test.each([".keras", ".h5", ".json"])(
  "padding by numbers is a layer of zeros in %s",
  async (ending) => {
    const image = input({ shape: [5, 6, 2] });
    const padding = { top: 1, bottom: 0, left: 2, right: 1 };
    const shared = layers.conv2d({ filters: 2, kernelSize: 3, padding });
    const inner = model({ inputs: image, outputs: shared.apply(image), device, name: "inner" });
    const deep = layers.depthwiseConv2d({ kernelSize: 2, padding }).apply(inner.apply(image));
    const outputs = layers
      .add()
      .apply([deep, layers.depthwiseConv2d({ kernelSize: 2, padding }).apply(inner.apply(image))]);
    const made = model({ inputs: image, outputs, device, seed: 3 });
    await saveModel(made, at(`padded${ending}`));
    const { model: again } = await loadModel(at(`padded${ending}`), { device });
    const values = {
      data: Float32Array.from({ length: 120 }, (_, i) => Math.sin(i)),
      shape: [2, 5, 6, 2],
    };
    expect(await again.predict(values)).toEqual(await made.predict(values));
  },
);

const dense = (name: string, config: object = {}) => ({
  class_name: "Dense",
  config: { name, units: 2, ...config },
});

describe("sizes that a file leaves free", () => {
  const config = (shape: readonly (number | null)[]) => ({
    class_name: "Sequential",
    config: {
      name: "free",
      layers: [
        {
          class_name: "Conv2D",
          config: { name: "c", filters: 2, kernel_size: 3, batch_input_shape: shape },
        },
      ],
    },
  });
  const free = config([null, null, null, 3]);

  test("are those of inputShape", () => {
    const network = networkIn(free, { inputShape: [8, 9, 3] });
    expect(network.outputShape).toEqual([6, 7, 2]);
  });

  test.each([
    [undefined, /loadModel\(path, \{ inputShape: \[224, 224, 3\] \}\)/],
    [[8, 9, 4], /fits \[null,null,3\]/],
    [[8, 9], /fits/],
    [[8, 0, 3], /fits/],
    [[8, 1.5, 3], /fits/],
    ["big", /fits/],
  ])("with inputShape %j are refused", (inputShape, message) => {
    expect(() => networkIn(free, { inputShape: inputShape as number[] })).toThrow(message);
  });

  test("that are fixed are not another's", () => {
    expect(() => networkIn(config([null, 8, 8, 3]), { inputShape: [9, 9, 3] })).toThrow(
      /inputShape/,
    );
  });
});

describe("older files", () => {
  test("have layers with slashes in their names", () => {
    const node = (name: string) => [[[name, 0, 0, {}]]];
    const network = networkIn(
      {
        class_name: "Model",
        config: {
          name: "m",
          layers: [
            {
              class_name: "InputLayer",
              name: "in",
              config: { name: "in", batch_input_shape: [null, 3] },
              inbound_nodes: [],
            },
            { ...dense("conv1/conv"), name: "conv1/conv", inbound_nodes: node("in") },
            { ...dense("conv1_conv"), name: "conv1_conv", inbound_nodes: node("conv1/conv") },
          ],
          input_layers: [["in", 0, 0]],
          output_layers: [["conv1_conv", 0, 0]],
        },
      },
      {},
    );
    expect(network.layers.map(({ name }) => name)).toEqual(["in", "conv1_conv_", "conv1_conv"]);
  });

  test("have such layers in .h5, with a group inside of a group", async () => {
    const layer = dense("conv1/conv", { batch_input_shape: [null, 3] });
    const config = { class_name: "Sequential", config: [layer] };
    const root = emptyGroup({ keras_version: "2.1.2", model_config: JSON.stringify(config) });
    const weights = groupAt(root, "model_weights");
    weights.attributes.layer_names = ["conv1/conv"];
    const group = groupAt(weights, "conv1/conv");
    group.attributes.weight_names = ["conv1/conv/kernel:0", "conv1/conv/bias:0"];
    const values = groupAt(group, "conv1/conv").datasets;
    values.set("kernel:0", { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] });
    values.set("bias:0", { data: Float32Array.of(7, 8), shape: [2] });
    writeFileSync(at("slashes.h5"), await encodeHdf5(root));
    const { model: made } = await loadModel(at("slashes.h5"), { device });
    expect([...(await made.getWeights()).keys()]).toEqual(["conv1_conv/kernel", "conv1_conv/bias"]);
    expect((await made.predict(x)).data).toEqual(Float32Array.of(14.5, 17));
  });

  test("have such layers in model.json, whose weights go by name", async () => {
    const path = await changedJson("slashes", (file) => {
      const text = JSON.stringify(file.modelTopology).replaceAll('"body"', '"block/body"');
      file.modelTopology = JSON.parse(text) as Written["modelTopology"];
      for (const weight of file.weightsManifest[0].weights) {
        weight.name = String(weight.name).replace("body/", "block/body/");
      }
    });
    const { model: made } = await loadModel(path, { device });
    expect(await made.predict(x)).toEqual(await small().predict(x));
  });

  test.each([
    ["2.15.0", "hardSigmoidKeras2"],
    [undefined, "hardSigmoidKeras2"],
    ["3.0.0", "hardSigmoid"],
  ])("of Keras %s mean %s by hard_sigmoid", (version, activation) => {
    const layer = dense("d", { activation: "hard_sigmoid", batch_input_shape: [null, 3] });
    const network = networkIn(
      { class_name: "Sequential", config: { name: "s", layers: [layer] } },
      {},
      version,
    );
    expect(network.layers[0].layer).toMatchObject({ options: { activation } });
  });

  const trainingOf = (class_name: string, config: object) =>
    decodeCompile({ loss: "mse" }, { class_name, config }, ["output"]) as StoredTraining;
  const optimizerOf = (class_name: string, config: object) =>
    trainingOf(class_name, config).optimizer;

  test("call the learning rate lr, and let it fall", () => {
    expect(trainingOf("Adam", { lr: 0.01, decay: 0, beta_1: 0.8 })).toMatchObject({
      optimizer: { name: "adam", options: { beta1: 0.8 } },
      learningRate: 0.01,
    });
    const falling = optimizerOf("SGD", { lr: 0.1, decay: 0.5 });
    expect(falling.options).toMatchObject({
      learningRate: {
        name: "inverseTimeDecay",
        options: { initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 },
      },
    });
  });

  test("of TensorFlow.js call RMSprop and momentum otherwise", () => {
    const rms = optimizerOf("RMSProp", { learning_rate: 0.01, decay: 0.8, momentum: 0.1 });
    expect(rms).toMatchObject({ name: "rmsprop", options: { rho: 0.8, momentum: 0.1 } });
    const sgd = optimizerOf("Momentum", { learning_rate: 0.01, momentum: 0.7, use_nesterov: true });
    expect(sgd).toMatchObject({ name: "sgd", options: { momentum: 0.7, nesterov: true } });
  });
});

test.each([
  ["averagePooling2d", { poolSize: [1, 1025], padding: "same" }],
  ["maxPooling1d", { poolSize: 1e6, padding: "same" }],
  ["conv2d", { filters: 1, kernelSize: 1e6, padding: "same" }],
  ["conv1d", { filters: 1, kernelSize: 1e6, padding: "causal" }],
  ["depthwiseConv2d", { kernelSize: 1e6, padding: "same" }],
  ["separableConv2d", { filters: 1, kernelSize: 1e6, padding: "same" }],
  ["adaptiveMaxPooling2d", { outputSize: 100_000 }],
])("windows far beyond the image are refused at once: %s %j", (kind, options) => {
  const inputShape = kind.endsWith("1d") ? [4, 1] : [4, 4, 1];
  const make = () => sequential([layerFrom(kind, { ...options, inputShape })], { device });
  expect(make).toThrow(/far (larger|more)/);
});
