// Every loss and every metric of the tables: gradients are central differences in f64, evaluation
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
import type { ActivationName } from "../../src/nn/activations.ts";
import { activate } from "../../src/nn/activations.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type LossName, losses, lossFrom } from "../../src/nn/losses/index.ts";
import { metricFrom, metrics } from "../../src/nn/metrics/index.ts";
import { decodeModel, encodeModel } from "../../src/train/checkpoint.ts";
import { sequential } from "../../src/train/sequential.ts";
import { gradientError } from "./differences.ts";

/** How results come about: what a model ends in decides how a cross-entropy is computed. */
interface LossCase {
  readonly options: object;
  readonly endsIn: ActivationName;
  readonly shape: Shape;
  /** Where the results, before the activation, lie. */
  readonly range?: readonly [number, number];
  /** The loss of one row, from Keras's formula; results are after the activation. */
  readonly formula: (answers: readonly number[], results: readonly number[]) => number;
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const clipped = (value: number) => Math.min(Math.max(value, 1e-7), 1 - 1e-7);
const shareOf = (results: readonly number[]) => {
  const total = results.reduce((a, b) => a + b, 0);
  return results.map((value) => clipped(value / total));
};
const softmaxOf = (logits: readonly number[]) => shareOf(logits.map(Math.exp));

const categorical = (answers: readonly number[], results: readonly number[]) =>
  -shareOf(results).reduce((sum, share, i) => sum + answers[i] * Math.log(share), 0);
const categoricalOfLogits = (answers: readonly number[], logits: readonly number[]) =>
  categorical(answers, softmaxOf(logits));
const sparse = ([label]: readonly number[], results: readonly number[]) =>
  -Math.log(shareOf(results)[label]);
const binary = (answers: readonly number[], results: readonly number[]) =>
  -mean(
    results.map((result, i) => {
      const yes = answers[i] * Math.log(clipped(result));
      return yes + (1 - answers[i]) * Math.log(1 - clipped(result));
    }),
  );
const binaryOfLogits = (answers: readonly number[], logits: readonly number[]) =>
  binary(
    answers,
    logits.map((logit) => 1 / (1 + Math.exp(-logit))),
  );

const cases = {
  sparseCategoricalCrossentropy: [
    { options: {}, endsIn: "softmax", shape: [5, 10], formula: sparse },
    { options: {}, endsIn: "sigmoid", shape: [5, 3], formula: sparse },
    {
      options: { fromLogits: true },
      endsIn: "linear",
      shape: [3, 17],
      formula: ([label], logits) => sparse([label], softmaxOf(logits)),
    },
  ],
  categoricalCrossentropy: [
    { options: {}, endsIn: "softmax", shape: [4, 6], formula: categorical },
    { options: {}, endsIn: "exponential", shape: [4, 3], formula: categorical },
    {
      options: { fromLogits: true },
      endsIn: "linear",
      shape: [4, 3],
      formula: categoricalOfLogits,
    },
  ],
  binaryCrossentropy: [
    { options: {}, endsIn: "sigmoid", shape: [7, 1], formula: binary },
    { options: {}, endsIn: "linear", shape: [3, 4], range: [0.1, 0.9], formula: binary },
    { options: {}, endsIn: "sigmoid", shape: [3, 2, 2, 3], formula: binary },
    { options: { fromLogits: true }, endsIn: "linear", shape: [3, 4], formula: binaryOfLogits },
  ],
  meanSquaredError: [
    {
      options: {},
      endsIn: "linear",
      shape: [5, 3],
      formula: (answers, results) => mean(results.map((r, i) => (answers[i] - r) ** 2)),
    },
    {
      options: {},
      endsIn: "tanh",
      shape: [2, 3, 4, 2],
      formula: (answers, results) => mean(results.map((r, i) => (answers[i] - r) ** 2)),
    },
  ],
} satisfies Record<LossName, readonly LossCase[]>;

const names = Object.keys(losses) as LossName[];
const table = names.flatMap((name) =>
  cases[name].map((one: LossCase): [string, LossName, LossCase] => [
    `${name} ${JSON.stringify(one.options)} after ${one.endsIn}, ${JSON.stringify(one.shape)}`,
    name,
    one,
  ]),
);

function uniform(shape: Shape, stream: number, [low, high]: readonly [number, number]) {
  const random = new RandomStream(5, stream);
  const value = () => low + (high - low) * random.uniform();
  return { data: Float64Array.from({ length: sizeOf(shape) }, value), shape };
}

function answersFor(name: LossName, shape: Shape): Tensor {
  const random = new RandomStream(5, 9);
  if (lossFrom(name).answers === "classes") {
    const data = Int32Array.from({ length: shape[0] }, () => random.below(shape[1]));
    return { data, shape: [shape[0]] };
  }
  return uniform(shape, 9, [0, 1]);
}

/** The loss with its sources, which are f64. */
function graphOf(name: LossName, { options, endsIn, shape, range = [-2, 2] }: LossCase) {
  const answers = answersFor(name, shape);
  const dtype = answers.data instanceof Int32Array ? "i32" : "f32";
  const y = ops.input("y", { shape: answers.shape, dtype });
  const x = ops.input("x", { shape, dtype: "f32" });
  const results = activate(endsIn, ops, x);
  const perExample = lossFrom(name, options).perExample(y, results, ops);
  return { x, results, perExample, sources: { x: uniform(shape, 1, range), y: answers } };
}

/** A row of a tensor, the axis of examples taken away. */
function rowOf({ data, shape }: { data: NumericArray; shape: Shape }, row: number): number[] {
  const size = data.length / shape[0];
  return Array.from(data.subarray(row * size, (row + 1) * size));
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe("losses", () => {
  test.each(table)("%s: one number an example, by Keras's formula", (_, name, one) => {
    const { results, perExample, sources } = graphOf(name, one);
    expect(perExample.shape).toEqual([one.shape[0]]);
    const [given, received] = evaluate([results, perExample], sources);
    for (let row = 0; row < one.shape[0]; row++) {
      const expected = one.formula(rowOf(sources.y, row), rowOf(given, row));
      expect(Math.abs(received.data[row] - expected)).toBeLessThanOrEqual(1e-9);
    }
  });

  test.each(table)("%s: the gradient is the central difference", (_, name, one) => {
    const { x, perExample, sources } = graphOf(name, one);
    const total = ops.sum(perExample);
    const [{ data }] = evaluate(gradients(total, [x], ops), sources);
    const loss = () => evaluate([total], sources)[0].data[0];
    expect(gradientError(loss, sources.x.data, data)).toBeLessThanOrEqual(1e-6);
  });

  test.each([
    ["binaryCrossentropy", "sigmoid", [1, 4]],
    ["sparseCategoricalCrossentropy", "softmax", [1, 4]],
    ["categoricalCrossentropy", "softmax", [1, 4]],
  ] as const)("%s after %s: logits of 0 have the slope of any others", (name, endsIn, shape) => {
    const { x, perExample, sources } = graphOf(name, {
      options: {},
      endsIn,
      shape,
      formula: binary,
    });
    sources.x.data.fill(0);
    const total = ops.sum(perExample);
    const [{ data }] = evaluate(gradients(total, [x], ops), sources);
    const loss = () => evaluate([total], sources)[0].data[0];
    expect(gradientError(loss, sources.x.data, data)).toBeLessThanOrEqual(1e-6);
  });

  test.each([
    ["sparseCategoricalCrossentropy", "softmax"],
    ["categoricalCrossentropy", "softmax"],
    ["binaryCrossentropy", "sigmoid"],
  ] as const)("%s after %s: finite, with a slope, for logits of a thousand", (name, endsIn) => {
    const { x, perExample, sources } = graphOf(name, {
      options: {},
      endsIn,
      shape: [2, 2],
      formula: binary,
    });
    sources.x.data.set([1000, -1000, -1000, 1000]);
    if (sources.y.data instanceof Int32Array) sources.y.data.set([1, 1]);
    else sources.y.data.set([0, 1, 0, 1]);
    const total = ops.sum(perExample);
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
    expect(again.answers).toBe(loss.answers);
  });

  test.each(names)("%s: answers that are not shaped as it needs are refused by name", (name) => {
    const results = ops.input("x", { shape: [4, 3], dtype: "f32" });
    const whole = lossFrom(name).answers === "classes";
    const y = (shape: Shape): Node => ops.input("y", { shape, dtype: whole ? "i32" : "f32" });
    const perExample = (shape: Shape) => () => lossFrom(name).perExample(y(shape), results, ops);
    expect(perExample(whole ? [4] : [4, 3])).not.toThrow();
    for (const shape of whole ? [[5], [4, 3]] : [[4], [4, 2], [3, 4]]) {
      expect(perExample(shape), JSON.stringify(shape)).toThrow(ShapeError);
      expect(perExample(shape)).toThrow(/expected: .*\n.*received: /);
    }
  });

  test.each(["sparseCategoricalCrossentropy", "categoricalCrossentropy"] as const)(
    "%s: results that are images are refused by name",
    (name) => {
      const results = ops.input("x", { shape: [4, 3, 3, 2], dtype: "f32" });
      const y = ops.input("y", { shape: [4], dtype: "i32" });
      const compare = () => lossFrom(name).perExample(y, results, ops);
      expect(compare).toThrow(ShapeError);
      expect(compare).toThrow(new RegExp(`${name}[\\s\\S]*\\[4, 3, 3, 2\\]`));
    },
  );

  test("a loss that does not exist is answered with the closest that does", () => {
    expect(() => lossFrom("crossEntropy")).toThrow(ConfigError);
    expect(() => lossFrom("mse")).toThrow(/did you mean "/);
  });
});

describe("metrics", () => {
  const metricNames = Object.keys(metrics) as (keyof typeof metrics)[];

  test.each(metricNames)("%s: has the name that finds it", (name) => {
    expect(metricFrom(name).name).toBe(name);
  });

  test("a metric that does not exist is answered with the closest that does", () => {
    expect(() => metricFrom("acuracy")).toThrow(/did you mean "accuracy"/);
  });

  test.each<[string, Shape, readonly number[], Shape, readonly number[], number]>([
    ["class numbers", [3], [0, 2, 1], [3, 3], [5, 1, 1, 0, 0, 9, 1, 0, 2], 2],
    ["a tie goes to the first", [2], [0, 1], [2, 3], [1, 1, 0, 2, 2, 2], 1],
    ["one-hot rows", [2, 2], [1, 0, 0, 1], [2, 2], [0.9, 0.1, 0.8, 0.2], 1],
    ["0.5 itself is a no", [3, 1], [1, 0, 1], [3, 1], [0.5, 0.5, 0.51], 2],
    ["pixels", [1, 1, 2, 2], [1, 0, 0, 1], [1, 1, 2, 2], [0.9, 0.1, 0.8, 0.2], 0.5],
    ["yes or no a pixel", [1, 1, 4, 1], [1, 0, 1, 1], [1, 1, 4, 1], [0.9, 0.1, 0.2, 0.3], 0.5],
  ])("accuracy of %s", (_, answerShape, answers, resultShape, results, expected) => {
    const whole = answerShape.length === 1;
    const y = ops.input("y", { shape: answerShape, dtype: whole ? "i32" : "f32" });
    const x = ops.input("x", { shape: resultShape, dtype: "f32" });
    const [sum] = evaluate([metricFrom("accuracy").sum(y, x, ops)], {
      x: { data: Float64Array.from(results), shape: resultShape },
      y: {
        data: whole ? Int32Array.from(answers) : Float64Array.from(answers),
        shape: answerShape,
      },
    });
    expect(sum.data[0]).toBeCloseTo(expected, 12);
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
      // Probabilities by a linear layer: its bias moves small results between 0 and 1.
      const weights = model.getWeights();
      weights.get("dense/kernel")?.data.forEach((value, i, kernel) => {
        kernel[i] = value * 0.1;
      });
      weights.get("dense/bias")?.data.fill(0.5);
      model.setWeights(weights);
    }
    const inputs = uniform([count, ...image], 2, [-1, 1]);
    const x = { data: Float32Array.from(inputs.data), shape: inputs.shape };
    const answers = answersFor(name, [count, outputs]);
    const whole = answers.data instanceof Int32Array;
    const y = {
      data: whole ? Int32Array.from(answers.data) : Float32Array.from(answers.data),
      shape: answers.shape,
    };
    const results = await model.predict(x);
    const expected = mean(
      Array.from({ length: count }, (__, row) => one.formula(rowOf(y, row), rowOf(results, row))),
    );
    const { loss, accuracy } = await model.evaluate({ x, y }, { batchSize: 4 });
    expect(Math.abs(loss - expected)).toBeLessThanOrEqual(2e-6 * Math.max(1, expected));
    expect(accuracy * count).toBeCloseTo(Math.round(accuracy * count), 9);

    const { model: again } = decodeModel(encodeModel(model), "the file", { device });
    expect(again.settings?.heads[0].loss.options).toEqual(model.settings?.heads[0].loss.options);
    expect(again.settings?.metrics.map((metric) => metric.name)).toEqual(["accuracy"]);
    expect(await again.evaluate({ x, y }, { batchSize: 4 })).toEqual({ loss, accuracy });
    await Promise.all([model.dispose(), again.dispose()]);
  });
});
