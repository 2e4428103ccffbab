// Files of Keras's and TensorFlow.js that nobody should open: damaged, lying about their sizes, leading
// out of their folder, or holding what Fovea has not. Only Fovea's own errors come out, and they say why.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FoveaError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { encodeHdf5 } from "../../src/formats/hdf5.ts";
import { emptyGroup, groupAt } from "../../src/formats/hdf5-tree.ts";
import { encodeZip, openZip } from "../../src/formats/zip.ts";
import { decodeCompile } from "../../src/interchange/keras/compile-config.ts";
import { networkIn } from "../../src/interchange/keras/network-in.ts";
import type { StoredTraining } from "../../src/interchange/stored-model.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { defineLayer } from "../../src/nn/custom-layer.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Metric } from "../../src/nn/metrics/metric.ts";
import { model } from "../../src/train/functional.ts";
import { loadModel } from "../../src/train/load.ts";
import { saveModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { compileOptionsFrom } from "../../src/train/stored-training.ts";

const golden = (name: string) =>
  fileURLToPath(new URL(`../golden/keras/files/${name}`, import.meta.url));

let folder: string;
let device: WasmDevice;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fovea-hostile-"));
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

function written(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The parts of a good file, to be put together otherwise. */
function parts(name = "sequential.keras"): Record<string, Uint8Array> {
  const bytes = new Uint8Array(readFileSync(golden(name)));
  const archive = openZip(bytes, name);
  return Object.fromEntries(archive.names.map((one) => [one, archive.read(one)]));
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** A good file with another configuration. */
function withConfig(change: (text: string) => string, name?: string): string {
  const files = parts(name);
  const config = bytesOf(change(textOf(files["config.json"])));
  return written("changed.keras", encodeZip({ ...files, "config.json": config }));
}

const refusal = (path: string) =>
  loadModel(path, { device }).then(
    () => "it was loaded",
    (error: Error) => (error instanceof FoveaError ? error.message : `not ours: ${error.stack}`),
  );

describe("a .keras file", () => {
  test("that is cut off anywhere is refused", async () => {
    const bytes = readFileSync(golden("sequential.keras"));
    for (let share = 0; share < 1; share += 0.07) {
      const path = written("cut.keras", bytes.subarray(0, Math.floor(bytes.length * share)));
      expect(await refusal(path)).toMatch(/sound zip archive/);
    }
  });

  test("that unpacks to more than it says is stopped", async () => {
    const bomb = zipSync({ ...parts(), "config.json": new Uint8Array(50_000_000) }, { level: 9 });
    // Its size, in the list of entries, is made small.
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    for (let at = 0; at + 46 < bomb.length; at++) {
      const isEntry = view.getUint32(at, true) === 0x02014b50;
      if (isEntry && view.getUint32(at + 24, true) === 50_000_000)
        view.setUint32(at + 24, 100, true);
    }
    expect(await refusal(written("bomb.keras", bomb))).toMatch(/unpacking was stopped/);
  });

  test("that unpacks to far more than its own size is refused before it is unpacked", async () => {
    const bomb = zipSync({ ...parts(), "config.json": new Uint8Array(200_000_000) }, { level: 1 });
    const before = process.memoryUsage().rss;
    expect(await refusal(written("bomb.keras", bomb))).toMatch(/unpacks to more bytes than it may/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test("whose description is longer than any is refused before it is read", async () => {
    const path = withConfig(() => `[${"[],".repeat(5_000_000)}0]`);
    expect(await refusal(path)).toMatch(/config.json is too long/);
  });

  test("that says it unpacks to more than fits is refused before it is unpacked", async () => {
    const archive = zipSync(parts(), { level: 9 });
    const view = new DataView(archive.buffer, archive.byteOffset);
    for (let at = 0; at + 46 < archive.length; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 0xfffffff0, true);
    }
    expect(await refusal(written("large.keras", archive))).toMatch(/claims to be 4294967280 bytes/);
  });

  test.each(["../config.json", "/config.json", "a/../../config.json", "c:\\config.json"])(
    "with an entry %s is refused",
    async (name) => {
      const archive = encodeZip({ ...parts(), [name]: new Uint8Array(3) });
      expect(await refusal(written("escape.keras", archive))).toMatch(/leads out of the archive/);
    },
  );

  test("without its weights is refused by their name", async () => {
    const { "model.weights.h5": _, ...files } = parts();
    expect(await refusal(written("bare.keras", encodeZip(files)))).toMatch(/no model.weights.h5/);
  });

  test("with an unknown layer is refused by its name", async () => {
    const path = withConfig((text) => text.replace('"LeakyReLU"', '"Wobble"'));
    expect(await refusal(path)).toMatch(/Wobble[\s\S]*customLayers: \{ wobble \}/);
  });

  test("with an unknown layer is loaded where the layer is handed in", async () => {
    const path = withConfig((text) => text.replace('"LeakyReLU"', '"Wobble"'));
    const wobble = defineLayer<{ readonly negativeSlope?: number }>({
      kind: "wobble",
      plan: ([shape], { negativeSlope = 0 }) => ({
        outputShape: shape,
        call: ([x], { build }) =>
          build.maximum(x, build.multiply(x, build.constant(negativeSlope))),
      }),
    });
    const { model: made } = await loadModel(path, { device, customLayers: { wobble } });
    const { model: plain } = await loadModel(golden("sequential.keras"), { device });
    const x = { data: new Float32Array(192).map((_, i) => Math.sin(i)), shape: [1, 8, 8, 3] };
    expect(await made.predict(x)).toEqual(await plain.predict(x));
  });

  test.each([
    [
      "layer",
      "keras.layers",
      "Dense",
      /no layer of the class Dense[\s\S]*customLayers: \{ Dense \}/,
    ],
    ["initializer", "keras.initializers", "Zeros", /no such Zeros as the biasInitializer/],
  ])("with somebody's own %s that is called as one of Keras's is refused", async (...facts) => {
    const [, module, name, message] = facts;
    const path = withConfig((text) =>
      JSON.stringify(
        JSON.parse(text, (_, value) =>
          value?.class_name === name && value.module === module
            ? { ...value, module: null, registered_name: `mine>${name}` }
            : value,
        ),
      ),
    );
    expect(await refusal(path)).toMatch(message);
  });

  test.each([
    [
      "a layer that Fovea would do otherwise",
      '"data_format": "channels_last"',
      '"data_format": "channels_first"',
      /data_format/,
    ],
    ["weights of another shape", '"filters": 4', '"filters": 5', /conv2d\/kernel/],
    ["a size beyond all measure", '"units": 3', '"units": 90000000000', /dense\/kernel/],
    ["an input of no size", "[null, 8, 8, 3]", "[null, null, 8, 3]", /shape/],
    [
      "an option of another type",
      '"kernel_size": [3, 3]',
      '"kernel_size": {"a": 1}',
      /fits together/,
    ],
    [
      "a flag that is a text",
      '"use_bias": true',
      '"use_bias": "no"',
      /useBias[\s\S]*true or false/,
    ],
    ["a window beyond all measure", '"pool_size": [2, 2]', '"pool_size": [1000000, 2]', /window/],
  ])("with %s is refused", async (_, good, bad, message) => {
    expect(textOf(parts()["config.json"])).toContain(good);
    expect(await refusal(withConfig((text) => text.replace(good, bad)))).toMatch(message);
  });

  test.each([
    [
      "an optimizer that Fovea has not",
      (text: string) => text.replace('"AdamW"', '"Ftrl"'),
      /Ftrl/,
    ],
    [
      "somebody's own optimizer that is called as one of Keras's",
      (text: string) =>
        JSON.stringify(
          JSON.parse(text, (_, value) =>
            value?.class_name === "AdamW"
              ? { ...value, module: null, registered_name: "mine>AdamW" }
              : value,
          ),
        ),
      /no optimizer AdamW/,
    ],
    [
      "training that is a text",
      (text: string) => JSON.stringify({ ...JSON.parse(text), compile_config: "x" }),
      /training/i,
    ],
    [
      "a loss of another kind",
      (text: string) => JSON.stringify({ ...JSON.parse(text), compile_config: { loss: [[1]] } }),
      /without its optimizer/,
    ],
  ])("with %s is loaded without it, and says so", async (_, change, message) => {
    const warnings: string[] = [];
    const { model: made } = await loadModel(withConfig(change), {
      device,
      onWarning: (warning) => warnings.push(warning),
    });
    expect(warnings.join()).toMatch(message);
    expect(warnings.join()).toMatch(/training: false/);
    expect(made.settings).toBeUndefined();
  });

  test("nested beyond reason is refused", async () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(await refusal(withConfig(() => deep))).toMatch(/nested too deep/);
    const model = (inner: string) =>
      `{"class_name":"Sequential","config":{"name":"a","layers":[${inner}]}}`;
    let text = model("");
    for (let i = 0; i < 100; i++) text = model(text);
    expect(await refusal(withConfig(() => text))).toMatch(/nested too deep|shape/);
  });

  test("whose layers wait for each other is refused", async () => {
    const path = withConfig(
      (text) =>
        text.replaceAll('"keras_history": ["image", 0, 0]', '"keras_history": ["sum", 0, 0]'),
      "residual.keras",
    );
    expect(await refusal(path)).toMatch(/wait for each other/);
  });
});

/** A model of Keras 2 with these layers between its input and the last of them. */
function functional(name: string, layers: readonly object[], last: readonly [string, number]) {
  const shape = [null, 2];
  const input = { name: `${name}-in`, class_name: "InputLayer", inbound_nodes: [] };
  return {
    class_name: "Functional",
    name,
    config: {
      name,
      layers: [{ ...input, config: { name: input.name, batch_input_shape: shape } }, ...layers],
      input_layers: [[input.name, 0, 0]],
      output_layers: [[...last, 0]],
    },
  };
}

/** Each of `uses` is a layer and which of its uses. */
const usedOn = (layer: object, ...uses: readonly (readonly [string, number])[]) => ({
  ...layer,
  inbound_nodes: uses.map(([name, use]) => [[name, use, 0, {}]]),
});

const relu = (name: string) => ({ class_name: "ReLU", name, config: { name } });

describe("a description of training", () => {
  const sgd = { class_name: "SGD", config: {} };
  const squares = (config: object) => ({ class_name: "MeanSquaredError", config });

  test.each([
    ["auto", "sumOverBatchSize"],
    [null, "none"],
    ["mean_with_sample_weight", "meanWithSampleWeight"],
  ])("with the reduction %s means %s", (reduction, ours) => {
    const training = decodeCompile({ loss: squares({ reduction }) }, sgd, ["output"]);
    expect(training?.heads[0].loss).toMatchObject({ options: { reduction: ours } });
  });

  test("with a metric around a function keeps that function's options, or refuses them", () => {
    const metrics = (config: object) => {
      const compile = {
        loss: squares({}),
        metrics: [{ class_name: "MeanMetricWrapper", config }],
      };
      const training = decodeCompile(compile, sgd, ["output"]) as StoredTraining;
      const told = compileOptionsFrom(training, ["output"])?.metrics;
      return (told as Readonly<Record<string, readonly Metric[]>>).output;
    };
    const [kept] = metrics({ fn: "binary_accuracy", name: "a", threshold: 0.9 });
    expect(kept).toMatchObject({ name: "a", options: { threshold: 0.9 } });
    expect(() => metrics({ fn: "binary_accuracy", power: 3 })).toThrow(/option power/);
  });
});

describe("a description of a network", () => {
  test("whose layers come in reverse is read as soon as any other", () => {
    const count = 9000;
    const layers = Array.from({ length: count }, (_, i) =>
      usedOn(relu(`r${i}`), [i === 0 ? "a-in" : `r${i - 1}`, 0]),
    );
    const start = performance.now();
    const network = networkIn(functional("a", layers.reverse(), [`r${count - 1}`, 0]), {});
    expect(network.layers.length).toBe(count + 1);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("that gives two inputs to a layer that takes one is refused", () => {
    const both = {
      ...relu("r"),
      inbound_nodes: [
        [
          ["a-in", 0, 0, {}],
          ["a-in", 0, 0, {}],
        ],
      ],
    };
    expect(() => networkIn(functional("a", [both], ["r", 0]), {})).toThrow(
      /Layer "r" \(ReLU\)[\s\S]*takes one input[\s\S]*received: 2 inputs/,
    );
  });

  test("whose networks use each other twice at every level is refused", () => {
    let inner = functional("n0", [usedOn(relu("r"), ["n0-in", 0])], ["r", 0]);
    for (let depth = 1; depth <= 40; depth++) {
      const [name, own] = [`n${depth}`, inner.name];
      inner = functional(name, [usedOn(inner, [`${name}-in`, 0], [own, 0])], [own, 1]);
    }
    expect(() => networkIn(inner, {})).toThrow(/more steps than any should[\s\S]*1099511627776/);
  });
});

describe("an HDF5 file", () => {
  test("that is something else is refused", async () => {
    expect(await refusal(written("no.h5", new Uint8Array(1000)))).toMatch(/sound HDF5 file/);
    expect(await refusal(written("empty.h5", new Uint8Array(0)))).toMatch(/sound HDF5 file/);
  });

  test("that holds weights alone says how they are loaded", async () => {
    const root = emptyGroup({ layer_names: ["a"] });
    groupAt(root, "a").attributes.weight_names = [];
    expect(await refusal(written("weights.h5", await encodeHdf5(root)))).toMatch(/loadWeights/);
  });

  test("that claims a size beyond all measure is refused", async () => {
    const { File, ready } = await import("h5wasm");
    const { FS } = await ready;
    const file = new File("/huge.h5", "w");
    // Nothing is written: HDF5 keeps the shape, and would fill it with zeros.
    file.create_dataset({
      name: "kernel",
      data: new Float32Array(4),
      shape: [4],
      maxshape: [null],
      chunks: [4],
      dtype: "<f",
    });
    const dataset = file.get("kernel") as unknown as { resize(shape: number[]): number };
    dataset.resize([40_000_000_000]);
    file.close();
    const bytes = FS.readFile("/huge.h5");
    expect(bytes.length).toBeLessThan(100_000);
    expect(await refusal(written("huge.h5", bytes))).toMatch(/kernel claim to be 40000000000/);
  });
});

describe("a model.json", () => {
  const description = (name: string) => ({
    format: "layers-model",
    modelTopology: { class_name: "Sequential", config: { name: "a", layers: [] } },
    weightsManifest: [{ paths: [name], weights: [] }],
  });

  test.each(["../secret.bin", "/etc/passwd", "a/b.bin", "https://a.example/b.bin", ".."])(
    "with a shard at %s is refused",
    async (name) => {
      const path = written("model.json", JSON.stringify(description(name)));
      expect(await refusal(path)).toMatch(/leads out of its folder/);
    },
  );

  test("that names a shard again and again is refused", async () => {
    written("zeros.bin", new Uint8Array(1000));
    const weightsManifest = [{ paths: Array(9000).fill("zeros.bin"), weights: [] }];
    const text = JSON.stringify({ ...description(""), weightsManifest });
    expect(await refusal(written("again.json", text))).toMatch(/names a shard twice/);
    rmSync(join(folder, "zeros.bin"));
  });

  test("with a name of ever so many parts is read as soon as any other", async () => {
    const name = `${"a/".repeat(50_000)}b`;
    const weights = [{ name, shape: [0], dtype: "float32" }];
    const text = JSON.stringify({
      modelTopology: functional("a", [usedOn(relu("r"), ["a-in", 0])], ["r", 0]),
      weightsManifest: [{ paths: [], weights }],
    });
    const start = performance.now();
    expect(await refusal(written("parts.json", text))).toBe("it was loaded");
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("whose shards are too short is refused", async () => {
    const made = sequential([layers.dense({ units: 2, inputShape: [3] })], { device });
    const path = join(folder, "short.json");
    await saveModel(made, path);
    const [shard] = readdirSync(folder).filter((name) => name.endsWith(".bin"));
    writeFileSync(join(folder, shard), new Uint8Array(4));
    expect(await refusal(path)).toMatch(/shards end inside dense\/kernel/);
    rmSync(join(folder, shard));
  });
});

test("a model that cannot be written leaves the file that was there", async () => {
  const x = input({ shape: [4, 4, 1] });
  const padding = { top: 1, bottom: 0, left: 1, right: 0 };
  const y = layers.maxPooling2d({ poolSize: 2, padding }).apply(x);
  const path = written("kept.keras", "what was there");
  await expect(saveModel(model({ inputs: x, outputs: y, device }), path)).rejects.toThrow(
    /padding/,
  );
  expect(readFileSync(path, "utf8")).toBe("what was there");
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test.each(["sequential.keras", "nested.keras", "residual.h5"])(
  "%s with bytes flipped is loaded, or refused by an error of Fovea's",
  async (name) => {
    const good = readFileSync(golden(name));
    const random = new RandomStream(20, 1);
    let refused = 0;
    for (let round = 0; round < 120; round++) {
      const bytes = Uint8Array.from(good);
      // Past the checksums of the archive, where most damage would end.
      const flips = 1 + Math.floor(random.uniform() * 8);
      for (let i = 0; i < flips; i++) {
        bytes[Math.floor(random.uniform() ** 2 * bytes.length)] ^=
          1 << Math.floor(random.uniform() * 8);
      }
      const ending = name.slice(name.lastIndexOf("."));
      const message = await refusal(written(`flipped${ending}`, bytes));
      expect(message).not.toMatch(/^not ours/);
      if (message !== "it was loaded") refused++;
    }
    expect(refused).toBeGreaterThan(0);
  },
  120_000,
);

test.each(["config.json", "model.weights.h5"])(
  "a .keras file whose %s is damaged, with a checksum that fits, is refused by an error of Fovea's",
  async (part) => {
    const files = parts("nested.keras");
    const random = new RandomStream(21, 1);
    for (let round = 0; round < 150; round++) {
      const bytes = Uint8Array.from(files[part]);
      for (let i = 0; i <= round % 6; i++) {
        bytes[Math.floor(random.uniform() * bytes.length)] = Math.floor(random.uniform() * 256);
      }
      const path = written("damaged.keras", encodeZip({ ...files, [part]: bytes }));
      expect(await refusal(path)).not.toMatch(/^not ours/);
    }
  },
  120_000,
);
