// Where features meet: weights of examples and metrics by output, regularizers of shared layers,
// averages of weights that are partly frozen, backups of models with parts of one's own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, DataError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Builder } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { defineLayer } from "../../src/nn/custom-layer.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { losses } from "../../src/nn/losses/index.ts";
import { metrics } from "../../src/nn/metrics/index.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import type { Callback } from "../../src/train/callback.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { model } from "../../src/train/functional.ts";
import { decodeModel } from "../../src/train/load.ts";
import { lrFind } from "../../src/train/lr-find.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";

let device: Device;
let folder: string;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
  folder = mkdtempSync(join(tmpdir(), "fovea-seams-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await device.close();
});

const count = 12;

function noise(shape: Shape, stream: number) {
  const random = new RandomStream(9, stream);
  const data = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5);
  return { data, shape };
}

const x = noise([count, 4], 0);
const labels = { data: Int32Array.from({ length: count }, (_, i) => i % 3), shape: [count] };
const values = noise([count, 2], 1);
const y = { kind: labels, place: values };
const ramp = { data: Float32Array.from({ length: count }, (_, i) => i / 4), shape: [count] };

/** Four numbers in; a class and two numbers out. */
function twoHeads() {
  const numbers = input({ shape: [4] });
  const hidden = layers.dense({ units: 5, activation: "tanh" }).apply(numbers);
  const kind = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(hidden);
  const place = layers.dense({ units: 2, name: "place" }).apply(hidden);
  return model({ inputs: numbers, outputs: [kind, place], seed: 2, device });
}

const settings = {
  optimizer: "sgd",
  loss: { kind: "sparseCategoricalCrossentropy", place: "meanSquaredError" },
  lossWeights: { kind: 1, place: 0.5 },
  metrics: { kind: ["accuracy"] },
  weightedMetrics: { kind: ["accuracy"], place: "meanAbsoluteError" },
} as const;

describe("weights of examples, with several outputs", () => {
  test("weigh the outputs that they are given for, under Keras's names", async () => {
    const net = twoHeads().compile(settings);
    const plain = await net.evaluate({ x, y });
    expect(Object.keys(plain)).toEqual([
      "kind_accuracy",
      "kind_loss",
      "kind_weighted_accuracy",
      "loss",
      "place_loss",
      "place_mean_absolute_error",
    ]);
    expect(plain.loss).toBeCloseTo(plain.kind_loss + 0.5 * plain.place_loss, 6);
    const some = await net.evaluate({ x, y, sampleWeights: { place: ramp } });
    const [kind, place] = await net.predict(x);
    expect(kind.shape).toEqual([count, 3]);
    const errors = (power: number) =>
      ramp.data.map((_, i) => {
        const row = [0, 1].map((j) => Math.abs(place.data[2 * i + j] - values.data[2 * i + j]));
        return (row[0] ** power + row[1] ** power) / 2;
      });
    const weighed = (list: Float32Array) => list.reduce((sum, e, i) => sum + e * ramp.data[i], 0);
    expect(some.place_loss).toBeCloseTo(weighed(errors(2)) / count, 5);
    const total = ramp.data.reduce((a, b) => a + b);
    expect(some.place_mean_absolute_error).toBeCloseTo(weighed(errors(1)) / total, 5);
    for (const name of ["kind_loss", "kind_accuracy", "kind_weighted_accuracy"]) {
      expect(some[name], name).toBe(plain[name]);
    }
    const all = await net.evaluate({ x, y, sampleWeights: ramp });
    expect(all.place_loss).toBe(some.place_loss);
    expect(all.kind_loss).not.toBe(plain.kind_loss);
    const list = await net.evaluate({ x, y, sampleWeights: [ramp, ramp] });
    expect(list).toEqual(all);
    await net.dispose();
  });

  test("are refused for outputs that do not exist, and for classes of nobody knows which", async () => {
    const net = twoHeads().compile(settings);
    const wrong = net.fit({ x, y, sampleWeights: { plaice: ramp } }, { verbose: 0 });
    await expect(wrong).rejects.toThrow(DataError);
    const short = { data: ramp.data.subarray(1), shape: [count - 1] };
    const missing = net.fit({ x, y, sampleWeights: { place: short } }, { verbose: 0 });
    await expect(missing).rejects.toThrow(/"place"[\s\S]*one weight for each/);
    const classes = net.fit({ x, y }, { verbose: 0, classWeights: { 0: 2 } });
    await expect(classes).rejects.toThrow(ConfigError);
    await net.dispose();
  });

  test("losses and metrics of one's own come back by output", async () => {
    const fourth = (targets: Node, results: Node, build: Builder) => {
      const squared = build.power(build.subtract(targets, results), build.constant(2));
      return build.mean(build.multiply(squared, squared), { axes: [-1] });
    };
    const own = losses.custom({ name: "fourth", values: fourth });
    const error = metrics.custom({ name: "fourth_error", values: fourth });
    const loss = { kind: "sparseCategoricalCrossentropy", place: own } as const;
    const net = twoHeads().compile({ ...settings, loss, metrics: { place: [error] } });
    const logs = await net.evaluate({ x, y });
    const bytes = await encodeModel(net);
    await net.dispose();
    await expect(decodeModel(bytes, { device })).rejects.toThrow(/no loss "fourth"/);
    const handed = { device, loss: { place: own }, metrics: [error] };
    const { model: again } = await decodeModel(bytes, handed);
    expect(again.settings?.heads.map((head) => head.loss.name)).toEqual([
      "sparseCategoricalCrossentropy",
      "fourth",
    ]);
    expect(await again.evaluate({ x, y })).toEqual(logs);
    await again.dispose();
  });
});

describe("regularizers in models of any shape", () => {
  test("count a shared layer's weights once, and its results at each use", async () => {
    const shared = layers.dense({
      units: 4,
      kernelRegularizer: { name: "l2", options: { l2: 0.5 } },
      activityRegularizer: { name: "l1", options: { l1: 0.25 } },
    });
    const numbers = input({ shape: [4] });
    const once = shared.apply(numbers);
    const twice = shared.apply(once);
    const net = model({ inputs: numbers, outputs: [once, twice], device });
    net.compile({ optimizer: "sgd", loss: ["meanSquaredError", null] });
    const first = net.outputs[0];
    const targets = noise([count, 4], 5);
    const { loss } = await net.evaluate({ x, y: targets });
    const plain = model({ inputs: numbers, outputs: [first, net.outputs[1]], device });
    const [a, b] = await plain.predict(x);
    const kernel = [...(await net.getWeights()).values()][0].data;
    const sum = (list: Float32Array, of: (value: number) => number) =>
      list.reduce((total, value) => total + of(value), 0);
    const error = sum(
      a.data.map((value, i) => value - targets.data[i]),
      (d) => d * d,
    );
    const activity = (0.25 * (sum(a.data, Math.abs) + sum(b.data, Math.abs))) / count;
    const weights = 0.5 * sum(kernel, (w) => w * w);
    expect(loss).toBeCloseTo(error / a.data.length + activity + weights, 4);
    await Promise.all([net.dispose(), plain.dispose()]);
  });

  test("of frozen layers add nothing", async () => {
    const part = layers.dense({ units: 2, kernelRegularizer: "l2", inputShape: [4] });
    const net = sequential([part], { device });
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const { loss } = await net.evaluate({ x, y: values });
    part.trainable = false;
    net.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const frozen = await net.evaluate({ x, y: values });
    expect(frozen.loss).toBeLessThan(loss);
    await net.dispose();
  });
});

test("a search for a learning rate leaves a model of two outputs as it was", async () => {
  const net = twoHeads().compile(settings);
  const before = await net.getState();
  const { losses: seen } = await lrFind(net, { x, y }, { steps: 20, batchSize: 4 });
  expect(seen.length).toBeGreaterThan(5);
  expect(await net.getState()).toEqual(before);
  await net.dispose();
});

test("averages of weights take the place of those that are trained, and frozen ones stay", async () => {
  const frozen = layers.dense({ units: 4, name: "frozen", trainable: false, inputShape: [4] });
  const net = sequential([frozen, layers.dense({ units: 2, name: "free" })], { device });
  const optimizer = optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 });
  net.compile({ optimizer, loss: "meanSquaredError" });
  const before = await net.getWeights();
  await net.fit({ x, y: values }, { epochs: 2, verbose: 0 });
  const { weights, slots } = await net.getState();
  expect(weights.get("frozen/kernel")).toEqual(before.get("frozen/kernel"));
  expect(weights.get("free/kernel")).toEqual(slots.get("free/kernel/average"));
  expect(weights.get("free/kernel")).not.toEqual(before.get("free/kernel"));
  await net.dispose();
});

test("averages are measured while training goes on as without it", async () => {
  const trained = async (...callbacks: Callback[]) => {
    const net = sequential([layers.dense({ units: 2, inputShape: [4], name: "free" })], {
      ...{ device, seed: 4 },
    });
    const optimizer = optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 });
    net.compile({ optimizer, loss: "meanSquaredError" });
    const epochs = { epochs: 3, batchSize: 2, verbose: 0, callbacks } as const;
    const { history } = await net.fit({ x, y: values }, epochs);
    const { weights } = await net.getState();
    return { net, history, weights };
  };
  const plain = await trained();
  let epochs = 0;
  const measuring: Callback = {
    async onEpochEnd(_, { model }) {
      const net = model as typeof plain.net;
      const { weights, slots } = await net.getState();
      await net.takeAverages();
      const averages = await net.getWeights();
      expect(averages.get("free/kernel")).toEqual(slots.get("free/kernel/average"));
      expect(averages.get("free/kernel")).not.toEqual(weights.get("free/kernel"));
      await net.setWeights(weights);
      epochs++;
    },
  };
  const measured = await trained(measuring);
  expect(epochs).toBe(3);
  expect(measured.history).toEqual(plain.history);
  expect(measured.weights).toEqual(plain.weights);
  await Promise.all([plain.net.dispose(), measured.net.dispose()]);
});

test("a backup restores a model whose layers, loss and schedule are its own", async () => {
  const path = join(folder, "own.safetensors");
  const half = defineLayer({
    kind: "half",
    plan: ([shape]) => ({
      outputShape: shape,
      call: ([values], { build }) => build.multiply(values, build.constant(0.5)),
    }),
  });
  const loss = (targets: Node, results: Node, build: Builder) =>
    build.mean(build.absolute(build.subtract(targets, results)), { axes: [-1] });
  const falling = { name: "falling", options: {}, at: (step: number) => 0.1 / (1 + step) };
  const make = () => {
    const numbers = input({ shape: [4] });
    const outputs = layers.dense({ units: 2 }).apply(half().apply(numbers));
    const optimizer = optimizers.sgd({ learningRate: falling, momentum: 0.5 });
    return model({ inputs: numbers, outputs, device, seed: 3 }).compile({ optimizer, loss });
  };
  const run = (net: ReturnType<typeof make>, ...more: Callback[]) =>
    net.fit(
      { x, y: values },
      {
        epochs: 4,
        batchSize: 4,
        verbose: 0,
        callbacks: [callbacks.backupAndRestore({ path, saveFrequency: 2 }), ...more],
      },
    );
  const straight = make();
  await straight.fit({ x, y: values }, { epochs: 4, batchSize: 4, verbose: 0 });
  const broken = make();
  let steps = 0;
  const fail: Callback = {
    onStepEnd() {
      steps++;
      if (steps === 7) throw new Error("killed");
    },
  };
  await expect(run(broken, fail)).rejects.toThrow("killed");
  const again = make();
  await run(again);
  expect(await again.getWeights()).toEqual(await straight.getWeights());
  expect(again.progress.iterations).toBe(12);
  await Promise.all([straight, broken, again].map((net) => net.dispose()));
});
