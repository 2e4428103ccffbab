// A detector against the same network and loss in PyTorch and torchvision, in f64 (detector/make.py): targets, boxes and
// scores, the loss, its gradients, and the weights after one step of training.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { detection } from "../../src/nn/losses/detection.ts";
import { sgd } from "../../src/nn/optimizers/sgd.ts";
import type { Model } from "../../src/train/model.ts";
import { detector } from "../../src/vision/detection/detector.ts";
import { detectorShapeOf } from "../../src/vision/detection/detector-shape.ts";
import { writeTargets } from "../../src/vision/detection/targets.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { namedWeights, someOf, uniform } from "./shared-numbers.ts";

interface Sketch {
  readonly shape: readonly number[];
  readonly rms: number;
  readonly some: readonly number[];
}

interface Fixture {
  /** Of each image, left, top, right, bottom and class of each object. */
  readonly objects: readonly (readonly number[][])[];
  /** Of each image, the number of each positive point and its targets. */
  readonly positives: readonly (readonly number[][])[];
  readonly predictions: Sketch;
  readonly losses: Readonly<
    Record<string, { readonly loss: number; readonly gradients: Readonly<Record<string, Sketch>> }>
  >;
  readonly rate: number;
  readonly trained: Readonly<Record<string, Sketch>>;
}

const path = new URL("detector/detector.json", import.meta.url);
const fixture = JSON.parse(readFileSync(path, "utf8")) as Fixture;
const tolerance = 1e-4;
/** What kernels are scaled by, as in the script. */
const gain = 0.5;
const count = fixture.objects.length;

let device: Device;
let model: Model;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
  model = await detector({
    classes: 3,
    backbone: "custom-cnn",
    backboneOptions: { depth: 4, width: 4, dropout: 0 },
    inputShape: [48, 48, 3],
    strides: [4, 8, 16],
    width: 8,
    depth: 1,
    device,
  });
  await model.setWeights(namedWeights(model.network, gain));
});
afterAll(async () => {
  await model.dispose();
  await device.close();
});

const images = () => uniform(1, [count, 48, 48, 3], -1, 1);

/** How far a tensor is from what is expected, by the root mean square of that; where this is 0, simply how far. */
function errorOf(data: ArrayLike<number>, { rms, some }: Sketch): number {
  const squares = Array.from(data).reduce((sum, value) => sum + value * value, 0);
  const errors = someOf(data).map((value, i) => Math.abs(value - some[i]));
  return Math.max(Math.abs(Math.sqrt(squares / data.length) - rms), ...errors) / (rms || 1);
}

function targets(): Tensor<Float32Array> {
  const shape = detectorShapeOf("test", model.network);
  const size = shape.points * (4 + shape.classes);
  const data = new Float32Array(count * size);
  fixture.objects.forEach((objects, i) => {
    const boxes = objects.flatMap((row) => row.slice(0, 4));
    const classes = objects.map((row) => row[4]);
    writeTargets({ boxes, classes }, shape, data.subarray(i * size, (i + 1) * size));
  });
  return { data, shape: [count, shape.points, 4 + shape.classes] };
}

test("assigns the same points to the same objects", () => {
  const { data, shape } = targets();
  const [, points, size] = shape;
  fixture.positives.forEach((expected, image) => {
    const rows = Array.from({ length: points }, (_, point) => {
      const at = (image * points + point) * size;
      return [point, ...data.subarray(at, at + size)];
    });
    expect(rows.filter((row) => row[1] < row[3])).toEqual(expected);
    expect(
      rows.filter((row) => row[1] >= row[3]).every((row) => row.slice(1).every((x) => x === 0)),
    ).toBe(true);
  });
});

test("gives the same boxes and scores", async () => {
  // The fixture begins after the preprocessing, which is a factor here.
  const x = images();
  const bytes = { ...x, data: x.data.map((value) => 255 * value) };
  const { data, shape } = await model.predict(bytes);
  expect(shape).toEqual(fixture.predictions.shape);
  expect(errorOf(data, fixture.predictions)).toBeLessThanOrEqual(tolerance);
});

describe.each(Object.entries(fixture.losses))("loss %s", (options, expected) => {
  test("has the same value and the same gradients", async () => {
    const { network } = model;
    const values = namedWeights(network, gain);
    const weights = new Map<string, Node>(
      [...values].map(([name, { shape }]) => [name, ops.state(name, { shape, dtype: "f32" })]),
    );
    const y = targets();
    const step = ops.input("step", { shape: [], dtype: "i32" });
    const x = ops.state("x", { shape: [count, 48, 48, 3], dtype: "f32" });
    const context = { build: ops, training: true, weights, step, seed: 0 };
    const [output] = network.graph([x], context).outputs;
    const perPoint = detection(JSON.parse(options)).values(
      ops.state("y", { shape: y.shape, dtype: "f32" }),
      output,
      ops,
    );
    const loss = ops.mean(perPoint);
    const names = Object.keys(expected.gradients);
    const trained = network.weights.filter(({ trainable }) => trainable);
    expect(names.toSorted()).toEqual(trained.map(({ fullName }) => fullName).toSorted());
    const flowing = gradients(
      loss,
      names.map((name) => weights.get(name) as Node),
      ops,
    );
    const outputs: Record<string, Node> = { loss };
    names.forEach((name, i) => {
      outputs[name] = flowing[i];
    });
    const sources = {
      x: images(),
      y,
      step: { data: Int32Array.of(1), shape: [] },
      ...Object.fromEntries(values),
    };
    const received = (await runCompiled(device, { outputs, updates: [] }, sources)).outputs;
    expect(Math.abs(received.loss[0] / expected.loss - 1)).toBeLessThanOrEqual(tolerance);
    const tooFar = names
      .map((name) => [name, errorOf(received[name], expected.gradients[name])] as const)
      .filter(([, error]) => !(error <= tolerance));
    expect(tooFar).toEqual([]);
  });
});

test("has the same weights and statistics after a step of training", async () => {
  const x = images();
  const bytes = { ...x, data: x.data.map((value) => 255 * value) };
  model.compile({ optimizer: sgd({ learningRate: fixture.rate }), loss: detection() });
  const { loss } = await model.trainOnBatch({ x: bytes, y: targets() });
  expect(Math.abs(loss / fixture.losses["{}"].loss - 1)).toBeLessThanOrEqual(tolerance);
  const weights = await model.getWeights();
  expect([...weights.keys()].toSorted()).toEqual(Object.keys(fixture.trained).toSorted());
  const tooFar = Object.entries(fixture.trained)
    .map(([name, sketch]) => [name, errorOf(weights.get(name)?.data ?? [], sketch)] as const)
    .filter(([, error]) => !(error <= tolerance));
  expect(tooFar).toEqual([]);
});
