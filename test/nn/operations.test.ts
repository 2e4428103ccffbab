// Operations in functional models: what they are called with, how they are named and shown.

import { afterAll, beforeAll, expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { input } from "../../src/nn/input.ts";
import { operations } from "../../src/nn/operation-calls.ts";
import type { SymbolicTensor } from "../../src/nn/symbolic.ts";
import { model } from "../../src/train/functional.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const x = input({ shape: [4] });
const values = tensor(Float32Array.of(1, 2, 3, 4), [1, 4]);

async function results(output: SymbolicTensor) {
  const { data } = await model({ inputs: x, outputs: output, device }).predict(values);
  return [...data];
}

test("numbers stand on either side", async () => {
  expect(await results(operations.multiply(x, 2))).toEqual([2, 4, 6, 8]);
  expect(await results(operations.subtract(1, x))).toEqual([0, -1, -2, -3]);
  expect(await results(operations.add([4, 3, 2, 1], x))).toEqual([5, 5, 5, 5]);
  expect(await results(operations.power(x, 2))).toEqual([1, 4, 9, 16]);
  expect(await results(operations.where(operations.greater(x, 2), x, 0))).toEqual([0, 0, 3, 4]);
});

test("slices are written as in NumPy, and split gives several", async () => {
  expect(await results(operations.slice(x, { key: ":, ::2" }))).toEqual([1, 3]);
  expect(await results(operations.slice(x, { key: ":, -1:" }))).toEqual([4]);
  const [first, second] = operations.split(x, 2);
  expect(await results(operations.subtract(second, first))).toEqual([2, 2]);
  const [one, rest] = operations.split(x, [1]);
  expect(await results(operations.multiply(one, rest))).toEqual([2, 3, 4]);
});

test("operations have Keras's names, their own where it is given, and lines in the summary", () => {
  const twice = operations.add(operations.add(x, 1), 2);
  const mean = operations.mean(twice, { axis: 1, keepDimensions: true, name: "middle" });
  const made = model({ inputs: x, outputs: mean, device });
  expect(made.network.layers.map(({ name }) => name).slice(1)).toEqual(["add", "add_1", "middle"]);
  expect(made.summary()).toMatch(/add_1 \(Add\)[\s\S]*middle \(Mean\)/);
});

test("a call without a tensor is refused", () => {
  expect(() => operations.add(1, 2)).toThrow(ConfigError);
  expect(() => operations.add(1, 2)).toThrow(/no tensor to work on/);
});

test("what would mix examples is refused", () => {
  expect(() => operations.mean(x, { axis: 0 })).toThrow(ShapeError);
  expect(() => operations.reshape(x, { newShape: [2, -1] })).toThrow(/mix examples/);
  expect(() => operations.split(x, 3)).toThrow(/a divisor of 4/);
});
