// Every layer against Keras 3 on TensorFlow, which computed the fixtures in f64
// (keras/make_layers.py): class and weights' names, shapes, results in training and otherwise,
// gradients, and statistics after a training call. Random layers are handed the draws that Keras
// was handed.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import type { Builder } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layerFrom, layers } from "../../src/nn/layers/index.ts";
import { type NormalizationOptions, normalization } from "../../src/nn/layers/normalization.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { Model } from "../../src/train/model.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { colors } from "../conformance/layer-cases/colors.ts";
import { relativeError } from "../conformance/samples.ts";
import { networkWeights, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;
const batch = 2;

interface LayerFixture {
  readonly kind: string;
  readonly inputShape: Shape;
  readonly range: readonly [number, number];
  readonly options: object;
  readonly className: string;
  readonly outputShape: Shape;
  readonly weights: Readonly<Record<string, Shape>>;
  readonly training: readonly number[];
  /** Absent where they are the same. */
  readonly inference?: readonly number[];
  /** Of `x` and of the weights; none where Keras's are no use. */
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly state: Readonly<Record<string, readonly number[]>>;
}

interface NormalizationFixture {
  readonly inputShape: Shape;
  readonly range: readonly [number, number];
  readonly options: NormalizationOptions;
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  /** How many weights there are, beside the count. */
  readonly weights: number;
  readonly results: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/layers.json", import.meta.url), "utf8"),
) as {
  readonly layers: Readonly<Record<string, LayerFixture>>;
  readonly normalizations: Readonly<Record<string, NormalizationFixture>>;
};

/** Layers that are tried below, and those that join inputs, which are tried within models. */
const apart = [
  "normalization",
  ...["add", "average", "concatenate", "maximum", "minimum", "multiply", "subtract"],
  ...["dot", "scaledAdd"],
  // keras-augmentation.test.ts
  ...["randomCrop", "randomElasticTransform", "randomFlip", "randomPerspective"],
  ...["randomRotation", "randomShear", "randomTranslation", "randomZoom"],
  // The end of a detector, which is compared with PyTorch in detector.test.ts.
  "boxDecoding",
  // A part of a block, for which Keras has no layer.
  "channelPooling",
  // In vision-boxes.test.ts, with torchvision's numbers: Keras has no such layer.
  "roiAlign",
  // A row of others.
  "pipeline",
  // In keras-augmentation.test.ts, with draws of their own.
  ...Object.keys(colors),
];

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

/** Ops whose random numbers are those that Keras drew, with the values that go with them. */
function withDraws() {
  const values: Record<string, Tensor> = {};
  const source = (name: string, value: Tensor) => {
    values[name] = value;
    return ops.input(name, { shape: value.shape, dtype: "f32" });
  };
  const build: Builder = {
    ...ops,
    randomNormal: (_, { shape }) => source("normal", uniform(7, shape, -2, 2)),
    dropoutMask(_, { shape, rate }) {
      const draws = uniform(7, shape, 0, 1).data;
      const mask = draws.map((draw) => (draw >= Math.fround(rate) ? 1 / (1 - rate) : 0));
      return source("mask", tensor(mask, shape));
    },
  };
  return { build, values };
}

/** Results, gradients and statistics of one call, by a compiled program. */
async function call(fixture: LayerFixture, training: boolean) {
  const { kind, options, inputShape, range } = fixture;
  const layer = layerFrom(kind, { ...options, name: "one" });
  const network = sequence({ inputShape, layers: [layer] });
  const weights = networkWeights(network);
  const sources: Record<string, Tensor> = {
    x: uniform(1, [batch, ...inputShape], ...range),
    step: { data: Int32Array.of(1), shape: [] },
    ...Object.fromEntries(weights),
  };
  const nodes = new Map<string, Node>(
    [...weights].map(([name, { shape }]) => [name, ops.input(name, { shape, dtype: "f32" })]),
  );
  const x = ops.input("x", { shape: [batch, ...inputShape], dtype: "f32" });
  const step = ops.input("step", { shape: [], dtype: "i32" });
  const { build, values } = withDraws();
  const context = { build, training, weights: nodes, step, seed: 0 };
  const {
    outputs: [output],
    updates,
    replaced,
  } = network.graph([x], context);
  sources.scale = uniform(9, output.shape, -1, 1);
  const scale = ops.input("scale", { shape: output.shape, dtype: "f32" });
  const trained = network.weights.filter(({ trainable }) => trainable);
  const current = (fullName: string) =>
    replaced.get(fullName)?.at(-1) ?? (nodes.get(fullName) as Node);
  const targets = [x, ...trained.map(({ fullName }) => current(fullName))];
  const flowing = gradients(ops.sum(ops.multiply(output, scale)), targets, ops);
  const outputs: Record<string, Node> = { results: output };
  ["x", ...trained.map(({ name }) => name)].forEach((name, i) => {
    outputs[`gradient ${name}`] = flowing[i];
  });
  for (const [name, value] of updates) outputs[`state ${name.split("/")[1]}`] = value;
  const all = { ...sources, ...values };
  return { network, ...(await runCompiled(device, { outputs, updates: [] }, all)) };
}

test("every layer has a fixture", () => {
  const kinds = new Set(Object.values(fixtures.layers).map(({ kind }) => kind));
  expect([...kinds, ...apart].sort()).toEqual(Object.keys(layers).sort());
});

describe.each(
  Object.values(fixtures.layers).map(
    (fixture) => [`${fixture.kind} ${JSON.stringify(fixture.options)}`, fixture] as const,
  ),
)("%s", (_, fixture) => {
  test("has the class, the weights and the shapes that Keras's has", async () => {
    const { network } = await call(fixture, false);
    expect(network.layers[0].layer.className).toBe(fixture.className);
    expect(network.outputShape).toEqual(fixture.outputShape);
    const shapes = network.weights.map(({ name, shape }) => [name, shape]);
    expect(shapes).toEqual(Object.entries(fixture.weights));
  });

  test("gives the same results", async () => {
    const { outputs } = await call(fixture, false);
    const { inference = fixture.training } = fixture;
    expect(relativeError(outputs.results, inference)).toBeLessThanOrEqual(tolerance);
  });

  test("gives the same results, gradients and statistics in training", async () => {
    const { outputs } = await call(fixture, true);
    const expected: Record<string, readonly number[]> = { results: fixture.training };
    for (const [name, values] of Object.entries(fixture.gradients)) {
      expected[`gradient ${name}`] = values;
    }
    for (const [name, values] of Object.entries(fixture.state)) expected[`state ${name}`] = values;
    const hasGradients = fixture.gradients.x !== undefined;
    const received = Object.keys(outputs).filter(
      (name) => hasGradients || !name.startsWith("gradient "),
    );
    expect(received.sort()).toEqual(Object.keys(expected).sort());
    const errors = Object.entries(expected).map(
      ([name, values]) => [name, relativeError(outputs[name], values)] as const,
    );
    expect(errors.filter(([, error]) => !(error <= tolerance))).toEqual([]);
  });
});

describe.each(
  Object.values(fixtures.normalizations).map(
    (fixture) => [JSON.stringify(fixture.options), fixture] as const,
  ),
)("normalization %s", (_, { inputShape, range, options, ...expected }) => {
  test("finds the same statistics, and applies them alike", async () => {
    const first = normalization(options);
    const layer =
      options.mean === undefined ? first.adapt(uniform(3, [6, ...inputShape], 2, 5)) : first;
    const model = new Model(sequence({ inputShape, layers: [layer] }), { device });
    const weights = [...(await model.getWeights()).values()];
    // Statistics that are given are no weights, in Keras as here.
    expect(weights.length).toBe(expected.weights);
    [expected.mean, expected.variance].slice(0, weights.length).forEach((values, i) => {
      expect(relativeError(weights[i].data, values)).toBeLessThanOrEqual(tolerance);
    });
    const { data } = await model.predict(uniform(1, [batch, ...inputShape], ...range));
    expect(relativeError(data, expected.results)).toBeLessThanOrEqual(tolerance);
    await model.dispose();
  });
});
