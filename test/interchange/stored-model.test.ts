// A stored model goes through every kind of file that holds models: record to bytes, bytes to record. No
// path, no device and no training.

import { describe, expect, test } from "vitest";
import type { EncodedModel, ModelFormat } from "../../src/interchange/file-format.ts";
import { fileFormats, type ModelFormatName } from "../../src/interchange/file-formats.ts";
import type { StoredModel, StoredTraining, Values } from "../../src/interchange/stored-model.ts";
import { preprocessIn } from "../../src/interchange/stored-preprocess.ts";
import { taskIn } from "../../src/interchange/stored-task.ts";
import type { Network } from "../../src/nn/network.ts";
import { networkFrom } from "../../src/nn/network-from.ts";

const dense = (name: string, units: number, activation: string) => ({
  kind: "dense",
  options: { name, units, activation },
});

const network = networkFrom({
  name: "two_heads",
  inputs: [{ name: "pixels", shape: [3] }],
  layers: [dense("body", 4, "relu"), dense("kind", 2, "softmax"), dense("size", 1, "linear")],
  uses: [
    { layer: "body", inputs: [["pixels", 0, 0]] },
    { layer: "kind", inputs: [["body", 0, 0]] },
    { layer: "size", inputs: [["body", 0, 0]] },
  ],
  outputs: {
    list: [
      ["kind", 0, 0],
      ["size", 0, 0],
    ],
  },
});

/** Values that differ from each other. */
function valuesFor({ weights }: Network, first: number, ending = ""): Values {
  return new Map(
    weights.map(({ fullName, shape }, i) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length }, (_, j) => first + i + j / 16);
      return [`${fullName}${ending}`, { data, shape }];
    }),
  );
}

const training: StoredTraining = {
  optimizer: { name: "sgd", options: { learningRate: 0.5, momentum: 0.75, nesterov: true } },
  heads: [
    {
      output: "kind",
      loss: { name: "sparseCategoricalCrossentropy", options: { fromLogits: false } },
      weight: 1,
      metrics: [
        { kind: "sparseCategoricalAccuracy", name: "right", options: {}, weighted: false },
        { kind: "sparseTopKCategoricalAccuracy", name: "top", options: { k: 1 }, weighted: true },
      ],
    },
    {
      output: "size",
      loss: { name: "huber", options: { delta: 2 } },
      weight: 0.5,
      metrics: [{ kind: "meanAbsoluteError", name: "off", options: {}, weighted: false }],
    },
  ],
  // Keras has one place for it, its optimizer.
  learningRate: 0.5,
};

const stored: StoredModel = {
  network,
  weights: valuesFor(network, 1),
  slots: valuesFor(network, 100, "/momentum"),
  progress: { epochs: 0, steps: 0, means: { examples: 0, sums: {} }, iterations: 12, history: [] },
  training,
  classNames: ["cat", "dog"],
  task: { name: "detect", threshold: 0.25, sizes: [8, 16] },
  preprocess: {
    pixels: { scale: 1 / 255, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  },
};

const warnings: string[] = [];
const warn = (message: string) => {
  warnings.push(message);
};

/** What a file's bytes come back as, with nothing but these bytes to read. */
function decoded(format: ModelFormat, { bytes, parts }: EncodedModel, options = {}) {
  const part = async (name: string) => parts?.get(name) ?? Promise.reject(new Error(name));
  return format.decode(bytes, { file: "it", part, warn, ...options });
}

const names = Object.entries(fileFormats).flatMap(([name, row]) =>
  "model" in row ? [name as ModelFormatName] : [],
);

describe.each(names)("%s", (name) => {
  const encoded = async () => {
    const format: ModelFormat = await fileFormats[name].model();
    return { format, file: await format.encode(stored, { file: "it", warn }) };
  };

  test("keeps a stored model, and the bytes are the same each time", async () => {
    const { format, file } = await encoded();
    expect((await encoded()).file).toEqual(file);
    const again = await decoded(format, file);
    expect(again.weights).toEqual(stored.weights);
    expect(again.slots).toEqual(stored.slots);
    expect(again.progress).toEqual(stored.progress);
    expect(again.classNames).toEqual(stored.classNames);
    expect(again.task).toEqual(stored.task);
    expect(again.preprocess).toEqual(stored.preprocess);
    expect(again.training).toMatchObject(training);
    expect(again.network.toConfig()).toMatchObject({
      name: "two_heads",
      outputs: {
        list: [
          ["kind", 0, 0],
          ["size", 0, 0],
        ],
      },
    });
  });

  test("says nothing of training where it is not asked for it", async () => {
    const { format, file } = await encoded();
    const again = await decoded(format, file, { training: false });
    expect(again.training).toBeUndefined();
    expect(again.slots.size).toBe(0);
    expect(again.weights).toEqual(stored.weights);
  });
});

test.each([
  ["divide by 255", /The preprocessing/],
  [{ pixels: "divide by 255" }, /The preprocessing of the input "pixels"/],
])("preprocessing %j in a file is refused", (value, message) => {
  expect(() => preprocessIn(value)).toThrow(message);
});

test.each([
  ["detect", /The task is not described/],
  [{ threshold: 0.5 }, /The task has no name/],
  [{ name: 3 }, /The task has no name/],
])("the task %j in a file is refused", (value, message) => {
  expect(() => taskIn(value)).toThrow(message);
});
