// What a number in an array means, whatever the array: bytes are 0 to 255, all else is as it is, and what
// cannot be used is refused by name.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type LossName, losses } from "../../src/nn/losses/index.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import type { Preprocess } from "../../src/nn/preprocess.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const quiet = { verbose: 0, shuffle: false } as const;
const floats = (values: readonly number[], shape: readonly number[]) =>
  tensor(Float32Array.from(values), shape);

/** A model that adds up two numbers. */
function sumModel(): Model {
  const kernel = { kernelInitializer: "ones", useBias: false, inputShape: [2] } as const;
  return sequential([layers.dense({ units: 1, ...kernel })], { device }).compile({
    optimizer: optimizers.sgd({ learningRate: 0 }),
    loss: "meanSquaredError",
  });
}

/** A model of `units` numbers, each 0.5, with a loss. */
function halfModel(loss: LossName, units = 3): Model {
  const dense = layers.dense({
    units,
    activation: "sigmoid",
    kernelInitializer: "zeros",
    inputShape: [1],
  });
  return sequential([dense], { device }).compile({
    optimizer: optimizers.sgd({ learningRate: 0 }),
    loss,
  });
}

describe("inputs", () => {
  const values = [3, 200];
  test.each<[NumericArray, number]>([
    [Uint8Array.from(values), 203],
    [Uint8ClampedArray.from(values), 203],
    [Buffer.from(values), 203],
    [Uint16Array.from(values), 203],
    [Uint32Array.from(values), 203],
    [Int16Array.from(values), 203],
    [Int32Array.from(values), 203],
    [Int8Array.of(-3, 100), 97],
    [Float32Array.from(values), 203],
    [Float64Array.from(values), 203],
  ])("in a %o are taken in all calls alike", async (data, expected) => {
    const model = sumModel();
    const x = tensor(data, [1, 2]);
    const y = floats([expected], [1, 1]);
    expect((await model.predict(x)).data[0]).toBeCloseTo(expected, 5);
    expect((await model.evaluate({ x, y })).loss).toBeCloseTo(0, 8);
    const { history } = await model.fit({ x, y }, { ...quiet, validationData: { x, y } });
    expect([history.loss[0], history.val_loss[0]]).toEqual([
      expect.closeTo(0, 8),
      expect.closeTo(0, 8),
    ]);
    await model.dispose();
  });

  test.each([
    [[1, Number.NaN], /not a number[\s\S]*NaN in example 0, element 1/],
    [[1e300, 1], /too large for f32[\s\S]*1e\+300 in example 0, element 0/],
    [[1, -1e300], /too large for f32[\s\S]*-1e\+300/],
  ])("of f64 are finite in f32: %o", async (numbers, message) => {
    const model = sumModel();
    const x = tensor(Float64Array.from(numbers), [1, 2]);
    const y = floats([1], [1, 1]);
    await expect(model.predict(x)).rejects.toThrow(message);
    await expect(model.fit({ x, y }, quiet)).rejects.toThrow(message);
    const targets = { x: floats([1, 2], [1, 2]), y: tensor(Float64Array.of(numbers[0]), [1, 1]) };
    if (numbers[0] !== 1) await expect(model.evaluate(targets)).rejects.toThrow(message);
    await model.dispose();
  });

  test("of a list, or of 64-bit whole numbers, are refused, and told how to convert them", async () => {
    const list = () => tensor([1, 2] as unknown as Float32Array, [1, 2]);
    expect(list).toThrow(DataError);
    expect(list).toThrow(/received: a list of 2\n.*Float32Array\.from\(values\)/);
    const wide = BigInt64Array.of(1n, 2n) as unknown as Int32Array;
    expect(() => tensor(wide, [2])).toThrow(/BigInt64Array\n.*Int32Array\.from\(values, Number\)/);
    const model = sumModel();
    const x = { data: [1, 2] as unknown as Float32Array, shape: [1, 2] };
    await expect(model.predict(x)).rejects.toThrow(
      /^The inputs: the data of a tensor.*\n.*\n.*list/,
    );
    const y = floats([1], [1, 1]);
    const good = floats([1, 2], [1, 2]);
    const labels = { data: BigInt64Array.of(1n) as unknown as Int32Array, shape: [1, 1] };
    await expect(model.fit({ x: good, y: labels }, quiet)).rejects.toThrow(
      /: y: the data.*\n[\s\S]*BigInt64/,
    );
    const weights = { data: [1] as unknown as Float32Array, shape: [1] };
    const weighed = { x: good, y, sampleWeights: weights };
    await expect(model.fit(weighed, quiet)).rejects.toThrow(
      /: sampleWeights: the data[\s\S]*list of 1/,
    );
    await model.dispose();
  });
});

describe("bytes as inputs and targets", () => {
  const shape = [1, 2, 2, 1];
  const bytes = Uint8Array.of(0, 51, 102, 255);
  const identity = (preprocess: Preprocess = {}) =>
    sequential([layers.identity({ inputShape: [2, 2, 1] })], { device, preprocess }).compile({
      optimizer: "sgd",
      loss: "meanSquaredError",
    });

  test("are the numbers 0 to 255 on both sides: an identity has no loss", async () => {
    const model = identity();
    const x = tensor(bytes, shape);
    expect((await model.evaluate({ x, y: x })).loss).toBe(0);
    const copy = tensor(Uint8Array.from(bytes), shape);
    expect((await model.evaluate({ x, y: copy })).loss).toBe(0);
    const floats = tensor(Float32Array.from(bytes), shape);
    expect((await model.evaluate({ x, y: floats })).loss).toBe(0);
    await model.dispose();
  });

  test("are scaled as inputs alone: targets stay what they are, in the same array too", async () => {
    const model = identity({ scale: 1 / 255 });
    const x = tensor(bytes, shape);
    const y = tensor(
      Float32Array.from(bytes, (byte) => byte * Math.fround(1 / 255)),
      shape,
    );
    expect((await model.evaluate({ x, y })).loss).toBe(0);
    const mask = tensor(Uint8Array.of(0, 1, 1, 0), shape);
    const { loss } = await model.evaluate({ x: mask, y: mask });
    expect(loss).toBeCloseTo(((1 - 1 / 255) ** 2 * 2) / 4, 6);
    await model.dispose();
  });
});

describe("targets", () => {
  const x = floats([1, 2], [2, 1]);
  const refused = async (loss: LossName, rows: readonly number[]) => {
    const model = halfModel(loss);
    const y = floats([...rows, 0, 0, 1], [2, 3]);
    const message = await model.evaluate({ x, y }).then(
      () => "",
      (error: Error) => error.message,
    );
    await model.dispose();
    return message;
  };

  test.each<[LossName, number, number]>([
    ["binaryCrossentropy", 5, -0.1],
    ["binaryFocalCrossentropy", 5, -1],
    ["categoricalCrossentropy", 5, -1],
    ["categoricalFocalCrossentropy", 2, -1],
    ["klDivergence", 1.5, -0.5],
    ["dice", 255, -1],
    ["iou", 255, -1],
    ["tversky", 255, -1],
    ["hinge", 2, -2],
    ["squaredHinge", 2, -2],
    ["categoricalHinge", 2, -2],
  ])("of %s are refused outside the range it is defined for: %d, %d", async (loss, high, low) => {
    for (const wrong of [high, low]) {
      const message = await refused(loss, [0, wrong, 1]);
      expect(message).toContain(`out of range for the loss "${loss}"`);
      expect(message).toContain(`${Math.fround(wrong)} in example 0, element 1`);
    }
  });

  test.each<[LossName, readonly number[]]>([
    ["binaryCrossentropy", [0.1, 0.9, 1]],
    ["categoricalCrossentropy", [0.2, 0.3, 0.5]],
    ["categoricalCrossentropy", [1, 1, 0]],
    ["klDivergence", [0.2, 0.3, 0.5]],
    ["hinge", [-1, 1, -1]],
    ["hinge", [0, 1, 0]],
    ["categoricalHinge", [0, 1, 0]],
    ["poisson", [7, 0, 2]],
    ["meanSquaredError", [-5, 1e6, 0]],
    ["meanSquaredLogarithmicError", [1000, 0, 2]],
    ["cosineSimilarity", [-3, 4, 0]],
    ["logCosh", [-3, 4, 0]],
  ])("of %s that mean something are taken: %o", async (loss, row) => {
    expect(await refused(loss, row)).toBe("");
  });

  test.each<[readonly number[], readonly number[]]>([
    [
      [1, 6],
      [1, 2, 3],
    ],
    [
      [1, 3, 2],
      [1, 2, 3],
    ],
    [
      [1, 1, 2, 3],
      [1, 2, 3],
    ],
    [
      [2, 3],
      [2, 1, 3],
    ],
  ])("of shape %o for results %o are another shape, though as many", async (given, results) => {
    const model = sequential([layers.identity({ inputShape: results.slice(1) })], { device });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const zeros = floats(new Array(6).fill(0), results);
    const y = { data: new Float32Array(6), shape: given };
    await expect(model.evaluate({ x: zeros, y })).rejects.toThrow(
      /not shaped as the model's results/,
    );
    await model.dispose();
  });

  test.each<[readonly number[], readonly number[]]>([
    [[2], [2, 1]],
    [
      [2, 1],
      [2, 1],
    ],
    [
      [2, 1, 1],
      [2, 1],
    ],
    [
      [2, 3, 1],
      [2, 3],
    ],
    [
      [2, 3],
      [2, 3, 1],
    ],
  ])("of shape %o for results %o are the same, as in Keras", async (given, results) => {
    const model = sequential([layers.identity({ inputShape: results.slice(1) })], { device });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const size = results.reduce((a, b) => a * b);
    const data = Float32Array.from({ length: size }, (_, i) => i);
    const { loss } = await model.evaluate({
      x: { data, shape: results },
      y: { data, shape: given },
    });
    expect(loss).toBe(0);
    await model.dispose();
  });

  test.each([
    ["sparseCategoricalCrossentropy", [2]],
    ["sparseCategoricalCrossentropy", [2, 1]],
    ["categoricalCrossentropy", [2, 3]],
  ] as const)(
    "of one class an example, where flatten was forgotten, say so: %s %o",
    async (loss, shape) => {
      const model = sequential(
        [
          layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
          layers.dense({ units: 3, activation: "softmax" }),
        ],
        { device },
      ).compile({ optimizer: "sgd", loss });
      const images = { data: new Float32Array(50), shape: [2, 5, 5, 1] };
      const y = { data: new Float32Array(shape.reduce((a: number, b) => a * b, 1)), shape };
      const run = model.fit({ x: images, y }, quiet);
      await expect(run).rejects.toThrow(
        /a result for each place of \[3, 3\]: add layers\.flatten\(\) or layers\.globalAveragePooling2d\(\)/,
      );
      await model.dispose();
    },
  );
});

describe("weights of examples", () => {
  const x = floats([1, 2, 3], [3, 1]);
  const hot = floats([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);

  test.each<[string, Tensor]>([
    ["whole numbers", tensor(Int32Array.of(0, 1, 3), [3])],
    ["bytes", tensor(Uint8Array.of(0, 1, 3), [3, 1])],
    ["f64", tensor(Float64Array.of(0, 1, 3), [3])],
  ])("may be %s", async (_, sampleWeights) => {
    const model = halfModel("binaryCrossentropy");
    const { loss } = await model.evaluate({ x, y: hot, sampleWeights });
    expect(loss).toBeCloseTo((4 * Math.LN2) / 3, 5);
    await model.dispose();
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 1e300])("are no %d", async (wrong) => {
    const model = halfModel("binaryCrossentropy");
    const sampleWeights = tensor(Float64Array.of(1, wrong, 1), [3]);
    const run = model.fit({ x, y: hot, sampleWeights }, quiet);
    await expect(run).rejects.toThrow(/weight of an example[\s\S]*at least 0[\s\S]*at index 1/);
    await model.dispose();
  });

  test.each<[unknown, RegExp]>([
    [{ cat: 9 }, /0 to 2[\s\S]*"cat"/],
    [{ 7: 9 }, /0 to 2[\s\S]*"7"/],
    [{ "-1": 9 }, /0 to 2[\s\S]*"-1"/],
    [{ 0: -9 }, /at least 0[\s\S]*-9 for 0/],
    [{ 0: Number.NaN }, /at least 0[\s\S]*NaN for 0/],
    [{ 0: "2" }, /at least 0[\s\S]*"2" for 0/],
    [new Map([[0, 2]]), /a record by class number[\s\S]*Map/],
    [null, /a record by class number[\s\S]*null/],
  ])("by class are those of classes, at least 0: %o", async (classWeights, message) => {
    for (const [loss, y] of [
      ["categoricalCrossentropy", hot],
      ["sparseCategoricalCrossentropy", tensor(Int32Array.of(0, 1, 2), [3])],
    ] as const) {
      const model = halfModel(loss);
      const run = model.fit({ x, y }, { ...quiet, classWeights: classWeights as { 0: number } });
      await expect(run).rejects.toThrow(ConfigError);
      await expect(
        model.fit({ x, y }, { ...quiet, classWeights: classWeights as { 0: number } }),
      ).rejects.toThrow(message);
      await model.dispose();
    }
  });

  test.each([[[1, 1, 0]], [[0, 0, 0]], [[0.5, 0, 0.5]]])(
    "by class are refused where a row has no one class: %o",
    async (row) => {
      const model = halfModel("binaryCrossentropy");
      const y = floats([1, 0, 0, ...row, 0, 0, 1], [3, 3]);
      const run = model.fit({ x, y }, { ...quiet, classWeights: { 0: 10, 1: 100 } });
      await expect(run).rejects.toThrow(/one largest value[\s\S]*for example 1/);
      await model.dispose();
    },
  );

  test("by class take the largest share of soft rows, and the two classes of a single number", async () => {
    const soft = halfModel("binaryCrossentropy");
    const y = floats([0.8, 0.1, 0.1, 0.2, 0.7, 0.1, 0, 0, 1], [3, 3]);
    const { history } = await soft.fit({ x, y }, { ...quiet, classWeights: { 0: 10, 1: 100 } });
    expect(history.loss[0]).toBeCloseTo((Math.LN2 * 111) / 3, 3);
    const single = halfModel("binaryCrossentropy", 1);
    const bits = tensor(Uint8Array.of(0, 1, 1), [3]);
    const result = await single.fit({ x, y: bits }, { ...quiet, classWeights: { 1: 4 } });
    expect(result.history.loss[0]).toBeCloseTo((Math.LN2 * 9) / 3, 5);
    const wrong = single.fit({ x, y: bits }, { ...quiet, classWeights: { 2: 4 } });
    await expect(wrong).rejects.toThrow(/0 to 1[\s\S]*"2"/);
    await Promise.all([soft.dispose(), single.dispose()]);
  });

  test("of a loss of one's own may have any targets", async () => {
    const own = losses.custom({ values: (targets) => targets });
    const model = sequential([layers.identity({ inputShape: [1] })], { device });
    model.compile({ optimizer: "sgd", loss: own });
    expect((await model.evaluate({ x, y: x })).loss).toBe(2);
    await model.dispose();
  });
});
