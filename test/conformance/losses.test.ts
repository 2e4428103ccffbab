// Every loss of the table: gradients are central differences in f64, evaluation
// reports what the formula gives, they come back from files, and refuse what does not fit.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { activate } from "../../src/nn/activations.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type LossName, lossFrom, lossTable } from "../../src/nn/losses/index.ts";
import type { Loss } from "../../src/nn/losses/loss.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { gradientError } from "./differences.ts";
import { binary, lossCases as cases, type LossCase, mean } from "./loss-cases.ts";

const names = Object.keys(lossTable) as LossName[];
const table = names.flatMap((name) =>
  cases[name].map((one: LossCase): [string, LossName, LossCase] => [
    `${name} ${JSON.stringify(one.options)} after ${one.endsIn}, ${JSON.stringify(one.shape)}`,
    name,
    one,
  ]),
);

/** The loss with the options of its first case: some cannot do without. */
const usual = (name: LossName) => lossFrom(name, cases[name][0].options);

function uniform(shape: Shape, stream: number, [low, high]: readonly [number, number]) {
  const random = new RandomStream(5, stream);
  const value = () => low + (high - low) * random.uniform();
  return { data: Float64Array.from({ length: sizeOf(shape) }, value), shape };
}

function answersFor({ targets }: Loss, shape: Shape): Tensor {
  const random = new RandomStream(5, 9);
  if (targets === "classes") {
    const data = Int32Array.from({ length: shape[0] }, () => random.below(shape[1]));
    return { data, shape: [shape[0]] };
  }
  return uniform(shape, 9, [0, 1]);
}

/** The loss with its sources, which are f64. */
function graphOf(name: LossName, { options, endsIn, shape, range = [-2, 2] }: LossCase) {
  const loss = lossFrom(name, options);
  const targets = answersFor(loss, shape);
  const dtype = targets.data instanceof Int32Array ? "i32" : "f32";
  const y = ops.input("y", { shape: targets.shape, dtype });
  const x = ops.input("x", { shape, dtype: "f32" });
  const predictions = activate(endsIn, ops, x);
  const values = loss.values(y, predictions, ops);
  return { x, predictions, values, sources: { x: uniform(shape, 1, range), y: targets } };
}

/** What a tensor holds for one of so many places. */
function rowOf({ data }: { data: NumericArray }, row: number, places: number): number[] {
  const size = data.length / places;
  return Array.from(data.subarray(row * size, (row + 1) * size));
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe("losses", () => {
  test.each(table)("%s: one number a place, by Keras's formula", (_, name, one) => {
    const { predictions, values, sources } = graphOf(name, one);
    expect(values.shape).toEqual(one.isWhole ? [] : one.shape.slice(0, -1));
    const [given, received] = evaluate([predictions, values], sources);
    const places = sizeOf(values.shape);
    for (let row = 0; row < places; row++) {
      const expected = one.formula(rowOf(sources.y, row, places), rowOf(given, row, places));
      expect(Math.abs(received.data[row] - expected)).toBeLessThanOrEqual(1e-9);
    }
  });

  const sloped = table.filter(([, , one]) => one.isDetached !== true);
  test.each(sloped)("%s: the gradient is the central difference", (_, name, one) => {
    const { x, values, sources } = graphOf(name, one);
    const total = ops.sum(values);
    const [{ data }] = evaluate(gradients(total, [x], ops), sources);
    const loss = () => evaluate([total], sources)[0].data[0];
    expect(gradientError(loss, sources.x.data, data)).toBeLessThanOrEqual(1e-6);
  });

  test.each([
    ["binaryCrossentropy", "sigmoid", [1, 4]],
    ["sparseCategoricalCrossentropy", "softmax", [1, 4]],
    ["categoricalCrossentropy", "softmax", [1, 4]],
  ] as const)("%s after %s: logits of 0 have the slope of any others", (name, endsIn, shape) => {
    const { x, values, sources } = graphOf(name, {
      options: {},
      endsIn,
      shape,
      formula: binary,
    });
    sources.x.data.fill(0);
    const total = ops.sum(values);
    const [{ data }] = evaluate(gradients(total, [x], ops), sources);
    const loss = () => evaluate([total], sources)[0].data[0];
    expect(gradientError(loss, sources.x.data, data)).toBeLessThanOrEqual(1e-6);
  });

  test.each([
    ["sparseCategoricalCrossentropy", "softmax"],
    ["categoricalCrossentropy", "softmax"],
    ["binaryCrossentropy", "sigmoid"],
  ] as const)("%s after %s: finite, with a slope, for logits of a thousand", (name, endsIn) => {
    const { x, values, sources } = graphOf(name, {
      options: {},
      endsIn,
      shape: [2, 2],
      formula: binary,
    });
    sources.x.data.set([1000, -1000, -1000, 1000]);
    if (sources.y.data instanceof Int32Array) sources.y.data.set([1, 1]);
    else sources.y.data.set([0, 1, 0, 1]);
    const total = ops.sum(values);
    for (const precision of ["f32", "f64"] as const) {
      const values =
        precision === "f64"
          ? sources
          : {
              x: { ...sources.x, data: Float32Array.from(sources.x.data) },
              y:
                sources.y.data instanceof Int32Array
                  ? sources.y
                  : { ...sources.y, data: Float32Array.from(sources.y.data) },
            };
      const [value, slope] = evaluate([total, ...gradients(total, [x], ops)], values, precision);
      expect(value.data[0]).toBeGreaterThan(500);
      expect(value.data[0]).toBeLessThan(Number.POSITIVE_INFINITY);
      expect(Array.from(slope.data).every(Number.isFinite)).toBe(true);
      expect(slope.data[0]).toBeGreaterThan(0);
    }
  });

  test.each(table)("%s: comes back from its name and options", (_, name, { options }) => {
    const loss = lossFrom(name, options);
    const again = lossFrom(loss.name, JSON.parse(JSON.stringify(loss.options)));
    expect(again.name).toBe(name);
    expect(again.options).toEqual(loss.options);
    expect(again.options).toMatchObject(options);
    expect(again.targets).toBe(loss.targets);
  });

  test.each(names)("%s: targets that are not shaped as it needs are refused by name", (name) => {
    const given: Shape = name === "detection" ? [4, 2, 5] : [4, 3];
    const predictions = ops.input("x", { shape: given, dtype: "f32" });
    const whole = usual(name).targets === "classes";
    const y = (shape: Shape): Node => ops.input("y", { shape, dtype: whole ? "i32" : "f32" });
    const compare = (shape: Shape) => () => usual(name).values(y(shape), predictions, ops);
    expect(compare(whole ? [4] : given)).not.toThrow();
    for (const shape of whole ? [[5], [4, 3]] : [[4], [4, 2], [3, 4]]) {
      expect(compare(shape), JSON.stringify(shape)).toThrow(ShapeError);
      expect(compare(shape)).toThrow(/expected: .*\n.*received: /);
    }
  });

  test.each(["sparseCategoricalCrossentropy", "categoricalCrossentropy"] as const)(
    "%s: predictions that are images are refused by name",
    (name) => {
      const predictions = ops.input("x", { shape: [4, 3, 3, 2], dtype: "f32" });
      const y = ops.input("y", { shape: [4], dtype: "i32" });
      const compare = () => lossFrom(name).values(y, predictions, ops);
      expect(compare).toThrow(ShapeError);
      expect(compare).toThrow(new RegExp(`${name}[\\s\\S]*\\[4, 3, 3, 2\\]`));
    },
  );

  test("a loss that does not exist is answered with the closest that does", () => {
    expect(() => lossFrom("crossEntropy")).toThrow(ConfigError);
    expect(() => lossFrom("meanSquareError")).toThrow(/did you mean "meanSquaredError"/);
  });
});

describe("compiled models", () => {
  const image: Shape = [2, 3, 2];
  const count = 11;

  /** A model that ends as the case asks, for class numbers or rows. */
  function modelOf(name: LossName, { options, endsIn, shape }: LossCase) {
    const model = sequential(
      [
        layers.flatten({ inputShape: image }),
        layers.dense({ units: shape[shape.length - 1], activation: endsIn }),
      ],
      { seed: 4, device },
    );
    return model.compile({
      optimizer: "sgd",
      loss: lossFrom(name, options),
      metrics: ["accuracy"],
    });
  }

  const rows = table.filter(([, , { shape }]) => shape.length === 2);

  test.each(rows)("%s: what evaluate reports is the mean by the formula", async (_, name, one) => {
    const model = modelOf(name, one);
    const outputs = one.shape[1];
    if (one.range !== undefined) {
      // Probabilities by a linear layer: its bias moves small predictions between 0 and 1.
      const weights = await model.getWeights();
      weights.get("dense/kernel")?.data.forEach((value, i, kernel) => {
        kernel[i] = value * 0.1;
      });
      weights.get("dense/bias")?.data.fill(0.5);
      await model.setWeights(weights);
    }
    const inputs = uniform([count, ...image], 2, [-1, 1]);
    const x = { data: Float32Array.from(inputs.data), shape: inputs.shape };
    const targets = answersFor(lossFrom(name, one.options), [count, outputs]);
    const whole = targets.data instanceof Int32Array;
    const y = {
      data: whole ? Int32Array.from(targets.data) : Float32Array.from(targets.data),
      shape: targets.shape,
    };
    const predictions = await model.predict(x);
    const parts = one.isWhole ? 1 : count;
    const expected = mean(
      Array.from({ length: parts }, (__, row) =>
        one.formula(rowOf(y, row, parts), rowOf(predictions, row, parts)),
      ),
    );
    const batchSize = one.isWhole ? count : 4;
    const { loss, accuracy } = await model.evaluate({ x, y }, { batchSize });
    expect(Math.abs(loss - expected)).toBeLessThanOrEqual(2e-6 * Math.max(1, expected));
    expect(accuracy * count).toBeCloseTo(Math.round(accuracy * count), 9);

    const { model: again } = await decodeModel(await encodeModel(model), { device });
    expect(again.settings?.heads[0].loss.options).toEqual(model.settings?.heads[0].loss.options);
    expect(again.settings?.metrics.map((metric) => metric.name)).toEqual(["accuracy"]);
    expect(await again.evaluate({ x, y }, { batchSize })).toEqual({ loss, accuracy });
    await Promise.all([model.dispose(), again.dispose()]);
  });

  test.each(rows)("%s: a training step lowers it", async (_, name, one) => {
    const model = modelOf(name, one);
    model.learningRate = 1e-3;
    const inputs = uniform([count, ...image], 2, [0, 1]);
    const x = { data: Float32Array.from(inputs.data), shape: inputs.shape };
    const targets = answersFor(lossFrom(name, one.options), [count, one.shape[1]]);
    const whole = targets.data instanceof Int32Array;
    const y = {
      data: whole ? Int32Array.from(targets.data) : Float32Array.from(targets.data),
      shape: targets.shape,
    };
    const before = await model.evaluate({ x, y });
    const { history } = await model.fit({ x, y }, { batchSize: count, verbose: 0 });
    const after = await model.evaluate({ x, y });
    expect(history.loss[0]).toBeCloseTo(before.loss, 4);
    expect(after.loss).toBeLessThan(before.loss);
    await model.dispose();
  });
});
