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

test.each([
  ["an unknown architecture", ["lenet-6"], {}, /did you mean "lenet-5"/],
  ["no model", [], {}, /at least one/],
  ["something else", [3], {}, /names of architectures and of models/],
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
