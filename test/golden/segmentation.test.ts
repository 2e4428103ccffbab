// U-Net and the losses of segmentation against PyTorch, which computed the fixtures in f64 (segmentation/make.py): what
// the network predicts, its loss, and all weights after one step; the value and the gradient of each loss.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { activate } from "../../src/nn/activations.ts";
import { losses, lossFrom } from "../../src/nn/losses/index.ts";
import { reduceLoss } from "../../src/nn/losses/reduce-loss.ts";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import { Model } from "../../src/train/model.ts";
import { zoo } from "../../src/zoo/index.ts";
import { relativeError } from "../conformance/samples.ts";
import { classes, namedWeights, someOf, uniform } from "./shared-numbers.ts";

interface Sketch {
  readonly shape: Shape;
  readonly rms: number;
  readonly some: readonly number[];
}

interface NetworkCase {
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputShape: Shape;
  readonly classes: number;
  readonly batch: number;
  readonly rate: number;
  readonly predicted: Sketch;
  readonly loss: number;
  readonly weights: Readonly<Record<string, Sketch>>;
}

interface LossCase {
  readonly loss: string;
  readonly options: object;
  readonly shape: Shape;
  /** Where the logits come from: such that the Lovász losses have each error on a level of its own. */
  readonly stream: number;
  readonly value: number;
  readonly gradient: readonly number[];
}

const fixture = JSON.parse(
  readFileSync(new URL("segmentation/segmentation.json", import.meta.url), "utf8"),
) as {
  readonly networks: Readonly<Record<string, NetworkCase>>;
  readonly losses: readonly LossCase[];
};

const unknown = 255;

/** Class numbers, about one in nine of them unknown. */
function labelsOf(shape: Shape, count: number) {
  const { data } = classes(2, sizeOf(shape), count);
  const hidden = classes(3, data.length, 9).data;
  return { data: data.map((label, i) => (hidden[i] === 0 ? unknown : label)), shape };
}

/** How far a tensor is from its sketch, relative to its root mean square. */
function distance(data: ArrayLike<number>, { rms, some }: Sketch): number {
  const squares = Array.from(data).reduce((sum, value) => sum + value * value, 0);
  const errors = someOf(data).map((value, i) => Math.abs(value - some[i]));
  return Math.max(Math.abs(Math.sqrt(squares / data.length) - rms), ...errors) / rms;
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe.each(Object.entries(fixture.networks))("U-Net, %s", (_, one) => {
  test("predicts, and learns in one step, what PyTorch does", async () => {
    const { options, inputShape, batch } = one;
    const network = await zoo.build("unet" as string, {
      ...options,
      inputShape,
      classes: one.classes,
    });
    const model = new Model(network, { device });
    await model.setWeights(namedWeights(network));
    const entropy = losses.sparseCategoricalCrossentropy({ ignoreClass: unknown });
    const dice = losses.dice({ axis: [0, 1, 2], sparseYTrue: true, ignoreClass: unknown });
    model.compile({
      optimizer: optimizers.sgd({ learningRate: one.rate }),
      loss: losses.weightedSum({ losses: [entropy, dice], weights: [1, 0.5] }),
    });
    const x = uniform(1, [batch, ...inputShape], -1, 1);
    const y = labelsOf([batch, ...inputShape.slice(0, 2)], one.classes);
    const predicted = await model.predict(x);
    expect(predicted.shape).toEqual(one.predicted.shape);
    expect(distance(predicted.data, one.predicted)).toBeLessThanOrEqual(1e-4);
    const { loss } = await model.trainOnBatch({ x, y });
    expect(Math.abs(loss - one.loss)).toBeLessThanOrEqual(1e-4 * one.loss);
    const weights = await model.getWeights();
    expect([...weights.keys()].sort()).toEqual(Object.keys(one.weights).sort());
    const distances = [...weights].map(([name, { data, shape }]) => {
      expect(shape, name).toEqual(one.weights[name].shape);
      return [name, distance(data, one.weights[name])] as const;
    });
    expect(distances.filter(([, far]) => !(far <= 1e-4))).toEqual([]);
    await model.dispose();
  }, 120_000);
});

describe("losses of class numbers, some of them unknown", () => {
  test.each(fixture.losses)("$loss $options", ({ loss: name, options, shape, ...one }) => {
    const isBinary = shape[shape.length - 1] === 1;
    const loss = lossFrom(name, options);
    const labels = labelsOf(shape.slice(0, -1), isBinary ? 2 : shape[shape.length - 1]);
    const y = isBinary ? { data: Float64Array.from(labels.data), shape } : labels;
    const x = ops.input("x", { shape, dtype: "f32" });
    const { trained } = reduceLoss(loss, {
      build: ops,
      targets: ops.input("y", { shape: y.shape, dtype: isBinary ? "f32" : "i32" }),
      predictions: activate(isBinary ? "sigmoid" : "softmax", ops, x),
    });
    const logits = uniform(one.stream, shape, -3, 3);
    const sources = { x: { data: Float64Array.from(logits.data), shape }, y };
    const [value, gradient] = evaluate([trained, ...gradients(trained, [x], ops)], sources);
    expect(relativeError(value.data, [one.value])).toBeLessThanOrEqual(1e-6);
    expect(relativeError(gradient.data, one.gradient)).toBeLessThanOrEqual(1e-6);
  });
});
