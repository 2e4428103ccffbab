// Activations as layers and as functions of nodes: they compute what they say, and files keep the first.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const x = tensor(Float32Array.of(-1, 2, -0.5, 4), [1, 4]);
const identity = {
  units: 4,
  useBias: false,
  kernelInitializer: "identity",
  inputShape: [4],
} as const;

test("a layer as activation is the layer behind it, and comes back from a file", async () => {
  const activation = layers.leakyRelu({ negativeSlope: 0.1, name: "leaky" });
  const model = sequential([layers.dense({ ...identity, activation })], { device });
  const { data } = await model.predict(x);
  expect([...data]).toEqual([-0.1, 2, -0.05, 4].map(Math.fround));
  const { model: again } = await decodeModel(await encodeModel(model), { device });
  expect(again.network.toConfig()).toEqual(model.network.toConfig());
  expect(again.network.layers[0].layer.options).toMatchObject({
    activation: { name: "leakyRelu", options: { negativeSlope: 0.1 } },
  });
});

test("a layer that is an activation by name is that name", () => {
  const activation = layers.activation({ activation: "tanh" });
  expect(layers.dense({ units: 1, activation }).options.activation).toBe("tanh");
});

test("a function of nodes is applied, and no file keeps it", async () => {
  const dense = layers.dense({ ...identity, activation: (y, build) => build.multiply(y, y) });
  const model = sequential([dense], { device });
  const { data } = await model.predict(x);
  expect([...data]).toEqual([1, 4, 0.25, 16]);
  await expect(encodeModel(model)).rejects.toThrow(ConfigError);
  await expect(encodeModel(model)).rejects.toThrow(/activation of the layer "dense" is a function/);
});

test("a function that changes the shape is refused", async () => {
  const dense = layers.dense({ ...identity, activation: (y, build) => build.sum(y) });
  await expect(sequential([dense], { device }).predict(x)).rejects.toThrow(ShapeError);
});

test("a layer with weights is no activation", () => {
  expect(() => layers.dense({ units: 1, activation: layers.prelu() })).toThrow(
    /add it behind this one/,
  );
});

test("activity regularization adds its penalty to the loss, as a mean over the batch", async () => {
  const penalty = layers.activityRegularization({ l1: 0.5, l2: 0.25 });
  const dense = layers.dense(identity);
  const model = sequential([dense, penalty], { device });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const { history } = await model.fit({ x, y: x }, { epochs: 1, verbose: 0 });
  // 0.5 · (1 + 2 + 0.5 + 4) + 0.25 · (1 + 4 + 0.25 + 16)
  expect(history.loss[0]).toBeCloseTo(3.75 + 5.3125, 5);
});
