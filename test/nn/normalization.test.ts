// What `normalization.adapt` makes of data: bytes, and refusals. Its numbers are
// held against Keras in test/golden.

import { expect, test } from "vitest";
import { ConfigError, DataError, ShapeError } from "../../src/core/errors.ts";
import { tensor } from "../../src/core/tensor.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";

test("bytes count as 0 to 255, as they do in training", () => {
  const bytes = tensor(Uint8Array.of(0, 255, 255, 255), [2, 1, 1, 2]);
  const numbers = tensor(Float32Array.of(0, 255, 255, 255), [2, 1, 1, 2]);
  const { options } = layers.normalization().adapt(bytes);
  expect(options.adapted?.mean).toEqual([127.5, 255]);
  expect(options.adapted?.variance).toEqual([127.5 ** 2, 0]);
  expect(layers.normalization().adapt(numbers).options).toEqual(options);
});

test("a layer that has adapted keeps its other options, and the first one does not change", () => {
  const first = layers.normalization({ axis: null, name: "units" });
  const adapted = first.adapt(tensor(Float32Array.of(1, 3), [2, 1]));
  expect(adapted.options).toEqual({
    axis: null,
    invert: false,
    name: "units",
    adapted: { mean: [2], variance: [1] },
  });
  expect(first.options.mean).toBeUndefined();
});

test("the statistics are weights that training leaves alone", async () => {
  const x = tensor(Float32Array.of(4, 8, 4, 8), [4, 1]);
  const layer = layers.normalization({ inputShape: [1] }).adapt(x);
  const model: Model = sequential([layer, layers.dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  const before = await model.getWeights();
  await model.fit({ x, y: x }, { verbose: 0 });
  const after = await model.getWeights();
  expect(after.get("normalization/mean")).toEqual({ data: Float32Array.of(6), shape: [1] });
  expect(after.get("normalization/variance")).toEqual({ data: Float32Array.of(4), shape: [1] });
  expect(after.get("dense/kernel")).not.toEqual(before.get("dense/kernel"));
  await model.dispose();
});

test("nothing to adapt to, an axis that is not there, statistics that do not fit: refused", () => {
  expect(() => layers.normalization().adapt(tensor(new Float32Array(0), [0, 3]))).toThrow(
    DataError,
  );
  const one = tensor(Float32Array.of(1), [1, 1]);
  expect(() => layers.normalization({ axis: 2 }).adapt(one)).toThrow(ShapeError);
  expect(() => layers.normalization({ axis: 0 }).adapt(one)).toThrow(ShapeError);
  expect(() => layers.normalization({ mean: 1, variance: [1, 2] })).toThrow(ConfigError);
});
