// What examples count for and what is reported of them: weights, ignored classes, losses and
// metrics of one's own, and metrics across a stop within an epoch.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError, FormatError } from "../../src/core/errors.ts";
import type { Builder } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import { metrics } from "../../src/nn/metrics/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { afterStep, classCount, outcomeOf, tinyExamples, tinyModel } from "./tiny.ts";

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const examples = tinyExamples(21);
const ones = { data: new Float32Array(21).fill(1), shape: [21] };

describe("weights of examples", () => {
  test("of 1 change nothing, and of 0 take an example away", async () => {
    const model = tinyModel(device, { weightedMetrics: ["accuracy"] });
    const plain = await model.evaluate(examples, { batchSize: 8 });
    const weighed = await model.evaluate({ ...examples, sampleWeights: ones }, { batchSize: 8 });
    expect(weighed).toEqual(plain);

    const sampleWeights = { data: Float32Array.from(ones.data), shape: [21] };
    sampleWeights.data.fill(0, 13);
    const half = await model.evaluate({ ...examples, sampleWeights }, { batchSize: 21 });
    const { x, y } = examples;
    const row = x.data.length / 21;
    const first = {
      x: { data: x.data.subarray(0, 13 * row), shape: [13, ...x.shape.slice(1)] },
      y: { data: y.data.subarray(0, 13), shape: [13] },
    };
    const alone = await model.evaluate(first, { batchSize: 13 });
    expect(half.weighted_accuracy).toBeCloseTo(alone.accuracy, 6);
    expect(half.loss * 21).toBeCloseTo(alone.loss * 13, 4);
    expect(await model.evaluate(examples, { batchSize: 8 })).toEqual(plain);
    await model.dispose();
  });

  test("as a column are those of a row", async () => {
    const model = tinyModel(device);
    const data = Float32Array.from(ones.data, (_, i) => 0.1 * i);
    const row = await model.evaluate({ ...examples, sampleWeights: { data, shape: [21] } });
    const column = await model.evaluate({ ...examples, sampleWeights: { data, shape: [21, 1] } });
    expect(column).toEqual(row);
    await model.dispose();
  });

  test("that cannot be used are refused, and the model can go on", async () => {
    const model = tinyModel(device);
    const train = (data: Float32Array, shape: number[], options = {}) =>
      model.fit({ ...examples, sampleWeights: { data, shape } }, { verbose: 0, ...options });
    await expect(train(new Float32Array(20), [20])).rejects.toThrow(DataError);
    await expect(train(new Float32Array(20), [21])).rejects.toThrow(/does not fill its shape/);
    await expect(train(new Float32Array(21).fill(Number.NaN), [21])).rejects.toThrow(/finite/);
    await expect(train(new Float32Array(42), [21, 2])).rejects.toThrow(/weights of the examples/);
    const both = train(ones.data, [21], { classWeights: { 0: 2 } });
    await expect(both).rejects.toThrow(ConfigError);
    await expect(train(ones.data, [21])).resolves.toBeDefined();
    await model.dispose();
  });
});

describe("a class that is ignored", () => {
  const shape = [2, 3, 2];
  const noise = tinyExamples(4).x.data.subarray(0, 4 * 12);
  const x = { data: noise, shape: [4, ...shape] };
  const labels = Int32Array.from({ length: 24 }, (_, i) => [0, 1, 255][i % 3]);
  const y = { data: labels, shape: [4, 2, 3] };
  const modelWith = (ignoreClass: number | null) =>
    sequential(
      [layers.conv2d({ filters: 2, kernelSize: 1, activation: "softmax", inputShape: shape })],
      { device, seed: 3 },
    ).compile({
      optimizer: "sgd",
      loss: losses.sparseCategoricalCrossentropy({ ignoreClass }),
      metrics: [metrics.meanIoU({ numClasses: 2, sparseYPred: false, ignoreClass: 255 })],
    });

  test("may stand at pixels without an answer, and its label changes nothing", async () => {
    const model = modelWith(255);
    const { loss } = await model.evaluate({ x, y });
    const probabilities = await model.predict(x);
    const known = [...labels].flatMap((label, i) =>
      label === 255 ? [] : [-Math.log(probabilities.data[2 * i + label])],
    );
    expect(loss).toBeCloseTo(known.reduce((a, b) => a + b) / known.length, 5);
    const { history } = await model.fit({ x, y }, { epochs: 2, verbose: 0 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    expect(history.mean_io_u.every((value) => value >= 0 && value <= 1)).toBe(true);
    await model.dispose();
  });

  test("is out of range where it is not ignored", async () => {
    const model = modelWith(null);
    await expect(model.evaluate({ x, y })).rejects.toThrow(/255 for example 0, place 2/);
    await model.dispose();
  });
});

test("Keras's short names stand for losses and metrics, and logs have the names as they were given", () => {
  const { settings } = tinyModel(device, { loss: "MSE", metrics: ["acc", "mae"] });
  expect(settings?.heads.map(({ loss }) => loss.name)).toEqual(["meanSquaredError"]);
  expect(settings?.metrics.map(({ name }) => name)).toEqual(["acc", "mae"]);
});

describe("one's own", () => {
  const fourthPower = (targets: Node, results: Node, build: Builder) => {
    const difference = build.subtract(targets, results);
    const squared = build.multiply(difference, difference);
    return build.mean(build.multiply(squared, squared), { axes: [-1] });
  };
  const largest = metrics.custom({
    name: "largest_error",
    values: (targets, results, build) =>
      build.reduceMaximum(build.absolute(build.subtract(targets, results)), { axes: [-1] }),
  });
  const rows = { data: new Float32Array(21 * classCount).fill(0.25), shape: [21, classCount] };
  const numbers = { x: examples.x, y: rows };

  test("loss and metric are what their functions say", async () => {
    const model = tinyModel(device, { loss: fourthPower, metrics: [largest, fourthPower] });
    const { data } = await model.predict(examples.x);
    const errors = Array.from(data, (value) => Math.abs(value - 0.25));
    const logs = await model.evaluate(numbers, { batchSize: 8 });
    const powers = errors.map((error) => error ** 4);
    const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(logs.loss).toBeCloseTo(mean(powers), 5);
    expect(logs.custom).toBeCloseTo(mean(powers), 5);
    const worst = Array.from({ length: 21 }, (_, i) => Math.max(...errors.slice(3 * i, 3 * i + 3)));
    expect(logs.largest_error).toBeCloseTo(mean(worst), 5);
    const { history } = await model.fit(numbers, { epochs: 3, verbose: 0 });
    expect(history.loss[2]).toBeLessThan(history.loss[0]);
    await model.dispose();
  });

  test("come back from a file when they are handed to it, and are asked for when not", async () => {
    const loss = losses.custom({ name: "fourthPower", values: fourthPower });
    const model = tinyModel(device, { loss, metrics: ["meanAbsoluteError", largest] });
    const logs = await model.evaluate(numbers);
    const bytes = await encodeModel(model);
    await model.dispose();
    await expect(decodeModel(bytes, { device })).rejects.toThrow(FormatError);
    await expect(decodeModel(bytes, { device })).rejects.toThrow(/no loss "fourthPower"/);
    await expect(decodeModel(bytes, { device, loss })).rejects.toThrow(/no metric "custom"/);
    const { model: again } = await decodeModel(bytes, { device, loss, metrics: [largest] });
    expect(await again.evaluate(numbers)).toEqual(logs);
    await again.dispose();
  });
});

describe("a loss that is not reduced", () => {
  test("is trained as its sum and shown as its mean", async () => {
    const outcomes = [];
    for (const reduction of ["none", "sum"] as const) {
      const loss = losses.sparseCategoricalCrossentropy({ reduction });
      const model = tinyModel(device, { loss, optimizer: "sgd" });
      const { history } = await model.fit(examples, { batchSize: 21, verbose: 0 });
      outcomes.push({ weights: await model.getWeights(), loss: history.loss[0] });
      await model.dispose();
    }
    const [none, sum] = outcomes;
    expect(none.weights).toEqual(sum.weights);
    expect(none.loss * 21).toBeCloseTo(sum.loss, 3);
  });
});

describe("metrics of every kind", () => {
  const compile = () => ({
    metrics: [
      "accuracy" as const,
      metrics.auc({ numThresholds: 20 }),
      metrics.f1Score(),
      metrics.precision({ thresholds: [0.2, 0.4] }),
      metrics.meanIoU({ numClasses: classCount, sparseYPred: false }),
    ],
    weightedMetrics: ["accuracy" as const, metrics.recall({ topK: 2 })],
  });
  const weighed = {
    ...tinyExamples(53),
    sampleWeights: { data: new Float32Array(53), shape: [53] },
  };
  weighed.sampleWeights.data.forEach((_, i, data) => {
    data[i] = 0.5 + (i % 3);
  });
  const options = { epochs: 2, batchSize: 8, verbose: 0, validationSplit: 0.2 } as const;

  test("are the same bits when a run is stopped within an epoch, saved and taken up", async () => {
    const straight = tinyModel(device, compile());
    await straight.fit(weighed, options);
    const cut = tinyModel(device, compile());
    const abort = new AbortController();
    await cut.fit(weighed, {
      ...options,
      signal: abort.signal,
      callbacks: [afterStep(9, () => abort.abort())],
    });
    expect(cut.progress).toMatchObject({ epochs: 1, steps: 3 });
    const { model: again } = await decodeModel(await encodeModel(cut), { device });
    await again.fit(weighed, { ...options, resume: true });
    expect(await outcomeOf(again)).toEqual(await outcomeOf(straight));
    const { logs } = (await outcomeOf(straight)).history[1];
    expect(Object.keys(logs).filter((name) => !name.startsWith("val_"))).toEqual([
      "accuracy",
      "auc",
      "f1_score_0",
      "f1_score_1",
      "f1_score_2",
      "loss",
      "mean_io_u",
      "precision_0",
      "precision_1",
      "recall",
      "weighted_accuracy",
      "learning_rate",
    ]);
    await Promise.all([straight.dispose(), cut.dispose(), again.dispose()]);
  });
});
