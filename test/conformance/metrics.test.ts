// Every metric of the table: how an epoch is split into batches changes nothing, they come back
// from files, and refuse what does not fit. What they are worth is held against Keras in
// test/golden.

import { describe, expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compileMetrics } from "../../src/nn/metrics/compiled-metric.ts";
import { metricFrom, metrics } from "../../src/nn/metrics/index.ts";
import type { Metric, Sums } from "../../src/nn/metrics/metric.ts";
import {
  answersFor,
  classCount,
  examples,
  type MetricCase,
  metricCases,
  numbers,
  resultsFor,
} from "./metric-cases.ts";

const table = Object.entries(metricCases) as [string, MetricCase][];
const rowsOf = ({ data, shape }: Tensor, from: number, to: number): Tensor => {
  const row = sizeOf(shape.slice(1));
  return { data: data.slice(from * row, to * row), shape: [to - from, ...shape.slice(1)] };
};

/** What a metric comes to where an epoch has batches of these sizes. */
function resultOf(metric: Metric, kind: MetricCase["targets"], sizes: readonly number[]) {
  const all = {
    x: resultsFor(),
    y: answersFor(kind),
    w: numbers(3, [examples], (random) => 0.5 + random.uniform()),
  };
  const sums: Record<string, number[]> = {};
  let from = 0;
  for (const size of sizes) {
    const sources = Object.fromEntries(
      Object.entries(all).map(([name, tensor]) => [name, rowsOf(tensor, from, from + size)]),
    );
    const added = metric.sums(batchOf(sources.y.shape, kind === "classes", size));
    const tensors = evaluate(Object.values(added), sources);
    const numbers: Sums = Object.fromEntries(
      Object.keys(added).map((name, i) => [name, Array.from(tensors[i].data)]),
    );
    const ofBatch = metric.ofBatch === undefined ? numbers : metric.ofBatch(numbers);
    for (const [name, values] of Object.entries(ofBatch)) {
      sums[name] = values.map((value, at) => value + (sums[name]?.[at] ?? 0));
    }
    from += size;
  }
  return [metric.result(sums as Sums)].flat();
}

function batchOf(targets: Shape, whole: boolean, size: number) {
  return {
    build: ops,
    targets: ops.input("y", { shape: targets, dtype: whole ? "i32" : "f32" }),
    predictions: ops.input("x", { shape: [size, classCount], dtype: "f32" }),
    weights: ops.input("w", { shape: [size], dtype: "f32" }),
  };
}

describe.each(table)("%s", (kind, { options = {}, targets, refused }) => {
  const metric = metricFrom(kind, options);

  test("how an epoch is split changes nothing", () => {
    const whole = resultOf(metric, targets, [examples]);
    const split = resultOf(metric, targets, [4, 4, 2, 1]);
    expect(split).toHaveLength(whole.length);
    split.forEach((value, i) => {
      expect(value).toBeCloseTo(whole[i], 10);
    });
  });

  test("comes back from its kind, options and name", () => {
    expect(metric.kind).toBe(kind);
    expect(metric.options).toMatchObject(options);
    const stored = JSON.parse(JSON.stringify({ ...metric.options, name: "mine" }));
    const again = metricFrom(kind, stored);
    expect(again.name).toBe("mine");
    expect(again.options).toEqual(metric.options);
  });

  test.skipIf(kind === "mean" || kind === "sum")("targets that do not fit are refused", () => {
    const whole = targets === "classes";
    const batch = batchOf(whole ? [7] : [5, classCount + 1], whole, 5);
    expect(() => metric.sums(batch)).toThrow(ShapeError);
    expect(() => metric.sums(batch)).toThrow(/expected: .*\n.*received: /);
  });

  test.skipIf(refused === undefined)("an option that cannot be used is refused", () => {
    expect(() => metricFrom(kind, refused)).toThrow(ConfigError);
    expect(() => metricFrom(kind, refused)).toThrow(/The option \w+ cannot be used/);
  });
});

describe("accuracy", () => {
  test.each<[string, Shape, readonly number[], Shape, readonly number[], number]>([
    ["class numbers", [3], [0, 2, 1], [3, 3], [5, 1, 1, 0, 0, 9, 1, 0, 2], 2],
    ["a tie goes to the first", [2], [0, 1], [2, 3], [1, 1, 0, 2, 2, 2], 1],
    ["one-hot rows", [2, 2], [1, 0, 0, 1], [2, 2], [0.9, 0.1, 0.8, 0.2], 1],
    ["0.5 itself is a no", [3, 1], [1, 0, 1], [3, 1], [0.5, 0.5, 0.51], 2],
    ["pixels", [1, 1, 2, 2], [1, 0, 0, 1], [1, 1, 2, 2], [0.9, 0.1, 0.8, 0.2], 0.5],
    ["yes or no a pixel", [1, 1, 4, 1], [1, 0, 1, 1], [1, 1, 4, 1], [0.9, 0.1, 0.2, 0.3], 0.5],
  ])("of %s", (_, answerShape, targets, resultShape, predictions, expected) => {
    const whole = answerShape.length === 1;
    const y = ops.input("y", { shape: answerShape, dtype: whole ? "i32" : "f32" });
    const x = ops.input("x", { shape: resultShape, dtype: "f32" });
    const { total, count } = metricFrom("accuracy").sums({
      build: ops,
      targets: y,
      predictions: x,
    });
    const [right, all] = evaluate([total, count], {
      x: { data: Float64Array.from(predictions), shape: resultShape },
      y: {
        data: whole ? Int32Array.from(targets) : Float64Array.from(targets),
        shape: answerShape,
      },
    });
    expect(right.data[0]).toBeCloseTo(expected, 12);
    expect(all.data[0]).toBe(resultShape[0]);
  });
});

describe("names", () => {
  test("a metric that does not exist is answered with the closest that does", () => {
    expect(() => metricFrom("acuracy")).toThrow(/did you mean "accuracy"/);
  });

  test("are Keras's: a second of a name is numbered, a weighted one says so", () => {
    const { precision, accuracy, auc } = metrics;
    const plain = [precision(), precision({ thresholds: 0.7 }), accuracy(), precision()];
    const weighed = [accuracy(), accuracy(), auc()];
    expect(compileMetrics(plain, weighed).map(({ name }) => name)).toEqual([
      "precision",
      "precision_1",
      "accuracy",
      "precision_2",
      "weighted_accuracy",
      "weighted_accuracy_1",
      "auc",
    ]);
  });
});
