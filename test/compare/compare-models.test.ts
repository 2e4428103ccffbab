// Models on the same data: architectures by name are trained, models are measured as they are, and each says what it
// costs.

import { afterAll, beforeAll, expect, test } from "vitest";
import { compareModels } from "../../src/compare/compare-models.ts";
import { tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";

const side = 16;

/** Dark pictures and light ones. */
function examples(count: number) {
  const level = (i: number) => (Math.floor(i / side ** 2) % 2 === 0 ? 30 : 210);
  const pixels = Uint8Array.from({ length: count * side ** 2 }, (_, i) => level(i) + (i % 23));
  return {
    x: tensor(pixels, [count, side, side, 1]),
    y: tensor(
      Int32Array.from({ length: count }, (_, i) => i % 2),
      [count],
    ),
    classNames: ["dark", "light"],
  };
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

test("names are trained, models are taken as they are, and both say what they cost", async () => {
  const own = sequential(
    [
      layers.globalAveragePooling2d({ inputShape: [side, side, 1] }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { name: "own", device },
  );
  const told: string[] = [];
  const [first, second] = await compareModels(["lenet-5", own], {
    train: examples(64),
    test: examples(32),
    epochs: 8,
    batchSize: 4,
    device,
    onModel: ({ name }) => told.push(name),
  });
  expect(told).toEqual(["lenet-5", "own"]);
  expect(first).toMatchObject({ name: "lenet-5", accuracy: 1 });
  expect(first.history).toHaveLength(8);
  expect(first.trainingSeconds).toBeGreaterThan(0);
  expect(second).toMatchObject({
    name: "own",
    parameters: 4,
    trainableParameters: 4,
    layers: 2,
    history: [],
    trainingSeconds: 0,
  });
  expect(second.gmacs).toBe(2e-9);
  for (const { milliseconds, memoryMiB, loss } of [first, second]) {
    for (const number of [milliseconds, memoryMiB, loss]) expect(number).toBeGreaterThan(0);
  }
  expect(first.memoryMiB).toBeGreaterThan(second.memoryMiB);
});

test("bases get new heads, in as many epochs as are asked for, and keep their own weights", async () => {
  const told: string[] = [];
  const bases = [
    { base: "resnet-20", weights: null, name: "head" },
    { base: "resnet-20", weights: null, phases: "two", sizes: [8, 16] } as const,
  ];
  const [head, two] = await compareModels(bases, {
    train: examples(32),
    test: examples(16),
    epochs: 3,
    batchSize: 8,
    device,
    onModel: ({ name }) => told.push(name),
  });
  expect(told).toEqual(["head", "resnet-20-transfer"]);
  expect(head.trainableParameters).toBe(2 * 65);
  expect(two.trainableParameters).toBeGreaterThan(10_000);
  for (const { history, trainingSeconds, parameters } of [head, two]) {
    expect(history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(trainingSeconds).toBeGreaterThan(0);
    expect(parameters).toBe(head.parameters);
  }
});

test("an unknown option of a base, and a base without published weights, are refused", async () => {
  const options = { train: examples(4), test: examples(4), device };
  const wrong = [{ base: "resnet-20", weight: null } as { base: string }];
  await expect(compareModels(wrong, options)).rejects.toThrow(/did you mean "weights"/);
  await expect(compareModels([{ base: "resnet-20" }], options)).rejects.toThrow(
    /no published weights/,
  );
});

test.each([
  ["an unknown architecture", ["lenet-6"], {}, /did you mean "lenet-5"/],
  ["no model", [], {}, /at least one/],
  ["something else", [3], {}, /names of architectures, trained bases and models/],
  ["an unknown option", ["lenet-5"], { epoch: 1 }, /epochs/],
])("%s is refused", async (_, models, options, message) => {
  const call = compareModels(models as string[], {
    train: examples(4),
    test: examples(4),
    device,
    ...options,
  });
  await expect(call).rejects.toThrow(message);
});
