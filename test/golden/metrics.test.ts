// Every metric against Keras 3, which computed the fixtures (keras/make_metrics.py): three batches
// of unequal size, with and without weights, evaluated by a model that hands its inputs through.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import { metricFrom, metricTable } from "../../src/nn/metrics/index.ts";
import { sequential } from "../../src/train/sequential.ts";
import { classes, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;

interface Fixture {
  readonly metric: string;
  readonly options: object;
  /** Of one result. */
  readonly shape: Shape;
  /** A range, or how many class numbers there are. */
  readonly predictions: readonly [number, number] | number;
  readonly targets: "shares" | "bits" | "signs" | "hot" | "classes";
  readonly name: string;
  readonly plain: readonly number[];
  readonly weighted: readonly number[] | null;
}

const { examples, batch, cases } = JSON.parse(
  readFileSync(new URL("keras/metrics.json", import.meta.url), "utf8"),
) as { examples: number; batch: number; cases: Fixture[] };

function answersOf({ targets: kind, predictions }: Fixture, shape: Shape): Tensor {
  const count = sizeOf(shape);
  if (kind === "shares") return uniform(2, shape, 0, 1);
  if (kind === "bits" || kind === "signs") {
    const value = (bit: number) => (kind === "bits" ? bit : 2 * bit - 1);
    return { data: Float32Array.from(classes(2, count, 2).data, value), shape };
  }
  if (typeof predictions === "number") {
    return { data: Float32Array.from(classes(2, count, 3).data), shape };
  }
  const width = shape[shape.length - 1];
  const { data: labels } = classes(2, count / width, width);
  if (kind === "classes") return { data: labels, shape: shape.slice(0, -1) };
  const hot = (_: unknown, i: number) => Number(labels[Math.floor(i / width)] === i % width);
  return { data: Float32Array.from({ length: count }, hot), shape };
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

/** What evaluation reports of a model whose predictions are its inputs. */
async function evaluated(fixture: Fixture): Promise<Readonly<Record<string, number>>> {
  const { metric, options, shape, predictions } = fixture;
  const all = [examples, ...shape];
  const x =
    typeof predictions === "number"
      ? { data: Float32Array.from(classes(1, sizeOf(all), predictions).data), shape: all }
      : uniform(1, all, ...predictions);
  const y = answersOf(fixture, all) as Tensor<Float32Array | Int32Array>;
  const whole = y.data instanceof Int32Array;
  const image =
    shape.length === 3 ? shape : [1, ...new Array<number>(2 - shape.length).fill(1), ...shape];
  const through =
    shape.length === 3
      ? layers.activation({ activation: "linear", inputShape: shape })
      : layers.reshape({ targetShape: shape, inputShape: image });
  const model = sequential([through], { device });
  const made = () => metricFrom(metric, options);
  model.compile({
    optimizer: "sgd",
    loss: losses.custom({
      targets: whole ? "classes" : "values",
      values: (_, given, build) => build.mean(given, { axes: [-1] }),
    }),
    metrics: [made()],
    weightedMetrics: [made()],
  });
  const sampleWeights = uniform(3, [examples], 0.25, 2);
  const images = { data: x.data, shape: [examples, ...image] };
  const logs = await model.evaluate({ x: images, y, sampleWeights }, { batchSize: batch });
  await model.dispose();
  return logs;
}

test("there is a fixture of every metric", () => {
  const known = new Set(["accuracy", ...cases.map(({ metric }) => metric)]);
  expect(Object.keys(metricTable).filter((name) => !known.has(name))).toEqual([]);
});

function titleOf({ metric, options, targets, shape }: Fixture): string {
  return `${metric} ${JSON.stringify(options)} of ${targets} ${JSON.stringify(shape)}`;
}

describe.each(cases.map((fixture): [string, Fixture] => [titleOf(fixture), fixture]))(
  "%s",
  (_, fixture) => {
    let logs: Readonly<Record<string, number>>;
    beforeAll(async () => {
      logs = await evaluated(fixture);
    });

    /** The numbers under a name: one, or one for each class or threshold. */
    function numbersOf(name: string): number[] {
      if (logs[name] !== undefined) return [logs[name]];
      const count = Object.keys(logs).filter((key) => key.replace(/_\d+$/, "") === name).length;
      return Array.from({ length: count }, (__, i) => logs[`${name}_${i}`]);
    }

    const compare = (received: readonly number[], expected: readonly number[]) => {
      expect(received).toHaveLength(expected.length);
      received.forEach((value, i) => {
        const far = Math.abs(value - expected[i]) / Math.max(1e-3, Math.abs(expected[i]));
        expect(far, `${value} against ${expected[i]}`).toBeLessThanOrEqual(tolerance);
      });
    };

    test("over three batches, under Keras's name", () => {
      compare(numbersOf(fixture.name), fixture.plain);
    });

    // Keras cannot stretch one weight an example over the pixels of a threshold metric.
    test.skipIf(fixture.weighted === null)("over three batches, by the examples' weights", () => {
      compare(numbersOf(`weighted_${fixture.name}`), fixture.weighted ?? []);
    });
  },
);

// What scikit-learn's r2_score says of the same f32 numbers; sums about 0 would say 0.99506 of 1e4.
test.each([
  [0, 0.9900125011861317],
  [1e4, 0.9900069332122803],
  [1e5, 0.9901419067382813],
])("r2Score keeps its digits where targets have the mean %d", async (mean, expected) => {
  const count = 1000;
  const y = Float32Array.from({ length: count }, (_, i) => mean + (i % 2 === 1 ? 1 : -1));
  const step = Math.fround(0.05);
  const x = y.map((value, i) => value + Math.fround(step * ((i % 7) - 3)));
  const model = sequential([layers.activation({ activation: "linear", inputShape: [1] })], {
    device,
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["r2Score"] });
  const data = { x: { data: x, shape: [count, 1] }, y: { data: y, shape: [count, 1] } };
  const { r2_score } = await model.evaluate(data, { batchSize: 32 });
  await model.dispose();
  expect(r2_score).toBeCloseTo(expected, 6);
});

test("r2Score of targets that are all alike is 0", async () => {
  const data = { data: new Float32Array(90).fill(3.1), shape: [90, 1] };
  const x = { data: data.data.map((value, i) => value + i), shape: [90, 1] };
  const model = sequential([layers.activation({ activation: "linear", inputShape: [1] })], {
    device,
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError", metrics: ["r2Score"] });
  expect(await model.evaluate({ x, y: data }, { batchSize: 32 })).toMatchObject({ r2_score: 0 });
  await model.dispose();
});
