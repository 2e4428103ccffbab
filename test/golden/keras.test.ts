// Fovea against Keras 3 on JAX, which computed the fixtures in f64 (keras/make.py): whole epochs
// with statistics and validation, losses, accuracy, initializers, schedules, shapes, the summary.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NumericArray } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { sliceExamples } from "../../src/data/examples.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { type InitializerName, initialize } from "../../src/nn/initializers/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type LossName, lossFrom } from "../../src/nn/losses/index.ts";
import { accuracy } from "../../src/nn/metrics/accuracy.ts";
import type { SequentialConfig } from "../../src/nn/network-config.ts";
import { optimizerFrom } from "../../src/nn/optimizers/index.ts";
import { type CosineDecayOptions, cosineDecay } from "../../src/nn/schedules/cosine-decay.ts";
import { Model } from "../../src/train/model.ts";
import { relativeError } from "../conformance/samples.ts";
import {
  examplesOf,
  type NetworkFixture,
  networkOf,
  type OptimizerFixture,
} from "./fixture-network.ts";
import { networkWeights, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;

type Values = Readonly<Record<string, readonly number[]>>;

interface FitFixture extends NetworkFixture {
  readonly optimizer: OptimizerFixture;
  readonly epochs: number;
  readonly training: number;
  readonly validation: number;
  readonly history: Values;
  readonly weights: Values;
  readonly predictions: readonly number[];
}

interface Rules {
  readonly losses: readonly {
    readonly loss: string;
    readonly title: string;
    readonly fromLogits: boolean;
    readonly targets: readonly number[] | readonly (readonly number[])[];
    readonly results: readonly number[];
    readonly values: readonly number[];
    readonly gradient: readonly number[];
  }[];
  readonly accuracies: readonly {
    readonly title: string;
    readonly answerShape: readonly number[];
    readonly targets: readonly number[];
    readonly resultShape: readonly number[];
    readonly accuracy: number;
  }[];
  readonly initializers: readonly {
    readonly name: InitializerName;
    readonly shape: readonly number[];
    readonly deviation: number;
    readonly largest: number;
  }[];
  readonly schedules: readonly {
    readonly options: CosineDecayOptions;
    readonly rates: readonly number[];
  }[];
  readonly summaries: Readonly<
    Record<
      string,
      { readonly network: Omit<SequentialConfig, "name">; readonly text: readonly string[] }
    >
  >;
  /** Size, taps, stride, dilation, whether `same`, result of a convolution, and of a pool. */
  readonly shapes: readonly (readonly number[])[];
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`keras/${name}`, import.meta.url), "utf8")) as T;
}

const rules = read<Rules>("rules.json");

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe.each(Object.entries(read<Record<string, FitFixture>>("fits.json")))(
  "two epochs of %s",
  (_, fixture) => {
    let model: Model;
    let history: Readonly<Record<string, readonly number[]>>;
    const all = examplesOf(fixture, fixture.training + fixture.validation);
    const held = sliceExamples(all, fixture.training, fixture.training + fixture.validation);

    beforeAll(async () => {
      model = new Model(networkOf(fixture), { device });
      await model.setWeights(networkWeights(model.network));
      model.compile({
        optimizer: optimizerFrom(fixture.optimizer.name, fixture.optimizer.options),
        loss: fixture.loss as LossName,
        metrics: ["accuracy"],
      });
      const result = await model.fit(sliceExamples(all, 0, fixture.training), {
        batchSize: fixture.batch,
        epochs: fixture.epochs,
        shuffle: false,
        verbose: 0,
        validationData: held,
      });
      history = result.history;
    });
    afterAll(() => model.dispose());

    test.each(Object.keys(fixture.history))("%s is the same, partial batches included", (name) => {
      expect(relativeError(history[name], fixture.history[name])).toBeLessThanOrEqual(tolerance);
    });

    test("all weights and moving statistics are the same", async () => {
      const received = await model.getWeights();
      expect([...received.keys()]).toEqual(Object.keys(fixture.weights));
      const tooFar = [...received]
        .map(([name, { data }]) => ({ name, error: relativeError(data, fixture.weights[name]) }))
        .filter(({ error }) => !(error <= tolerance));
      expect(tooFar).toEqual([]);
    });

    test("predictions are the same", async () => {
      const { data } = await model.predict(held.x);
      expect(relativeError(data, fixture.predictions)).toBeLessThanOrEqual(tolerance);
    });

    test("evaluation gives what validation gave", async () => {
      const logs = await model.evaluate(held, { batchSize: fixture.batch });
      expect(logs).toEqual({
        accuracy: history.val_accuracy.at(-1),
        loss: history.val_loss.at(-1),
      });
    });
  },
);

describe("losses", () => {
  test.each(
    rules.losses.map(
      (fixture) =>
        [
          `${fixture.loss} of ${fixture.title}${fixture.fromLogits ? "" : ", given"}`,
          fixture,
        ] as const,
    ),
  )("%s: values and gradient", (_, { loss: name, fromLogits, targets, results, ...expected }) => {
    const whole = name === "sparseCategoricalCrossentropy";
    const rows = targets.length;
    const shape = [rows, results.length / rows];
    const flat = targets.flat();
    const y: NumericArray = whole ? Int32Array.from(flat) : Float64Array.from(flat);
    const answerShape = whole ? [rows] : shape;
    const answerNode = ops.input("y", { shape: answerShape, dtype: whole ? "i32" : "f32" });
    const resultNode = ops.input("x", { shape, dtype: "f32" });
    const options = fromLogits ? { fromLogits } : {};
    const perPlace = lossFrom(name, options).values(answerNode, resultNode, ops);
    const [values, gradient] = evaluate(
      [perPlace, ...gradients(ops.sum(perPlace), [resultNode], ops)],
      {
        x: { data: Float64Array.from(results), shape },
        y: { data: y, shape: answerShape },
      },
    );
    expect(relativeError(values.data, expected.values)).toBeLessThanOrEqual(1e-6);
    expect(relativeError(gradient.data, expected.gradient)).toBeLessThanOrEqual(1e-6);
  });
});

describe("accuracy", () => {
  test.each(rules.accuracies)("of $title", ({ answerShape, targets, resultShape, ...expected }) => {
    const predictions = uniform(7, resultShape, 0, 1);
    const whole = answerShape.length < resultShape.length;
    const y = whole ? Int32Array.from(targets) : Float32Array.from(targets);
    const answerNode = ops.input("y", { shape: answerShape, dtype: whole ? "i32" : "f32" });
    const resultNode = ops.input("x", { shape: resultShape, dtype: "f32" });
    const metric = accuracy();
    const sums = metric.sums({ build: ops, targets: answerNode, predictions: resultNode });
    const [total, count] = evaluate([sums.total, sums.count], {
      x: predictions,
      y: { data: y, shape: answerShape },
    });
    const result = metric.result({ total: [total.data[0]], count: [count.data[0]] });
    expect(result).toBeCloseTo(expected.accuracy, 6);
  });
});

describe("initializers", () => {
  test.each(rules.initializers)("$name for $shape: as wide as Keras's", (fixture) => {
    const { name, shape, deviation, largest } = fixture;
    const values = initialize(name, shape, 3, 1 << 16);
    const count = sizeOf(shape);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const furthest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // Twenty thousand draws pin the deviation to about half a per cent, and the ends closer.
    expect(Math.abs(Math.sqrt(squares / count) - deviation)).toBeLessThanOrEqual(0.015 * deviation);
    expect(Math.abs(furthest - largest)).toBeLessThanOrEqual(0.005 * largest);
    expect(Math.abs(mean - (name === "ones" ? 1 : 0))).toBeLessThanOrEqual(0.03 * deviation);
  });
});

describe("schedules", () => {
  test.each(rules.schedules)("cosineDecay $options: the rate of every step", (fixture) => {
    const rate = cosineDecay(fixture.options);
    const rates = fixture.rates.map((_, step) => rate.at(step));
    expect(relativeError(rates, fixture.rates)).toBeLessThanOrEqual(1e-7);
  });
});

describe("shapes", () => {
  const sizeOrRefused = (plan: () => { readonly outputShape: readonly number[] }): number => {
    try {
      return plan().outputShape[0];
    } catch {
      return 0;
    }
  };

  test("convolutions and pools give as many rows as Keras's, or refuse as it does", () => {
    const wrong = rules.shapes.filter(([size, taps, stride, dilation, same, convolved, pooled]) => {
      const padding = same === 1 ? "same" : "valid";
      const image = [size, size, 1];
      const conv = { filters: 1, kernelSize: taps, strides: stride, dilationRate: dilation };
      const pool = { poolSize: taps, strides: stride, padding } as const;
      return (
        sizeOrRefused(() => layers.conv2d({ ...conv, padding }).plan([image])) !== convolved ||
        sizeOrRefused(() => layers.maxPooling2d(pool).plan([image])) !== pooled ||
        sizeOrRefused(() => layers.averagePooling2d(pool).plan([image])) !== pooled
      );
    });
    expect(rules.shapes.length).toBeGreaterThan(200);
    expect(wrong).toEqual([]);
  });
});

describe("summary", () => {
  /** Name and class, shape and parameters of each row; cells that wrap are joined. */
  function tableOf(lines: readonly string[]): string[][] {
    const rows: string[][] = [];
    for (const line of lines) {
      if (!line.startsWith("│")) {
        if (/^[┏┡├]/.test(line)) rows.push([]);
        continue;
      }
      const cells = line.split("│").slice(1, 4);
      const row = rows[rows.length - 1];
      cells.forEach((cell, i) => {
        row[i] = `${row[i] ?? ""} ${cell.trim()}`.trim();
      });
    }
    return rows.filter((row) => row.length > 0);
  }
  const totalsOf = (lines: readonly string[]) =>
    lines.filter((line) => /^ (Total|Trainable|Non-trainable) params/.test(line));

  test.each(Object.entries(rules.summaries))("of %s: the columns that both have", (_, fixture) => {
    const { inputShape, layers: placed } = fixture.network;
    const network = networkOf({ network: { inputShape, layers: placed }, batch: 1, loss: "" });
    const model = new Model(network, { device });
    const lines = model.summary().split("\n");
    expect(tableOf(lines)).toEqual(tableOf(fixture.text));
    expect(tableOf(lines)).toHaveLength(placed.length);
    expect(totalsOf(lines)).toEqual(totalsOf(fixture.text));
  });
});
