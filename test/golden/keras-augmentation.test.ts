// The layers that change images' colours, against Keras 3 on TensorFlow, which computed the fixtures in
// f32 (keras/make_augmentation.py). Both sides are handed the same random draws. Whole numbers, to which
// some of them cut values off, are the same.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Builder } from "../../src/graph/builder.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { RandomOptions } from "../../src/graph/vocabulary.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layerFrom } from "../../src/nn/layers/index.ts";
import { cut, mixed } from "../../src/nn/layers/mixing.ts";
import { randomDraw } from "../../src/nn/layers/random-draw.ts";
import { randomBox } from "../../src/nn/layers/random-erasing.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { runCompiled } from "../conformance/compiled.ts";
import { colors } from "../conformance/layer-cases/colors.ts";
import { relativeError } from "../conformance/samples.ts";
import { uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;
const batch = 2;

interface LayerFixture {
  readonly kind: string;
  readonly inputShape: Shape;
  readonly range: readonly [number, number];
  /** Whether pixels are whole numbers. */
  readonly whole: boolean;
  /** The stream of the first draw. */
  readonly firstDraw: number;
  readonly options: object;
  readonly className: string;
  readonly results: readonly number[];
  /** Whether the layer does the same outside of training, instead of nothing. */
  readonly isAlways: boolean;
}

/** What a layer made of three images and their labels. */
interface MixingFixture {
  readonly images: readonly number[];
  readonly labels: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/augmentation.json", import.meta.url), "utf8"),
) as {
  readonly layers: Readonly<Record<string, LayerFixture>>;
  readonly mixing: Readonly<Record<"mixUp" | "cutMix", MixingFixture>>;
};

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

/** Ops whose random numbers are those that Keras drew, in order, with the values that go with them. */
function withDraws(firstDraw: number) {
  const values: Record<string, Tensor> = {};
  const sources = new Map<string, Node>();
  const source = ({ shape, stream, draw = 0 }: RandomOptions, low: number, high: number) => {
    const key = `${stream} ${draw}`;
    const known = sources.get(key);
    if (known !== undefined) return known;
    const name = `draw ${sources.size}`;
    values[name] = uniform(firstDraw + sources.size, shape, low, high);
    const node = ops.input(name, { shape, dtype: "f32" });
    sources.set(key, node);
    return node;
  };
  const build: Builder = {
    ...ops,
    randomUniform: (_, options) => source(options, 0, 1),
    randomNormal: (_, options) => source(options, -2, 2),
  };
  return { build, values };
}

function pixelsOf({ inputShape, range, whole }: LayerFixture): Tensor<Float32Array> {
  const { data, shape } = uniform(1, [batch, ...inputShape], ...range);
  return { data: whole ? data.map(Math.floor) : data, shape };
}

async function call(fixture: LayerFixture, training: boolean) {
  const layer = layerFrom(fixture.kind, fixture.options);
  const network = sequence({ inputShape: fixture.inputShape, layers: [layer] });
  const pixels = pixelsOf(fixture);
  const x = ops.input("x", { shape: pixels.shape, dtype: "f32" });
  const step = ops.input("step", { shape: [], dtype: "i32" });
  const { build, values } = withDraws(fixture.firstDraw);
  const context = { build, training, weights: new Map(), step, seed: 0 };
  const [output] = network.graph([x], context).outputs;
  const sources = { x: pixels, step: { data: Int32Array.of(1), shape: [] }, ...values };
  const { outputs } = await runCompiled(device, { outputs: { output }, updates: [] }, sources);
  return { pixels: pixels.data, results: outputs.output, className: layer.className };
}

test("every layer that changes colours has a fixture", () => {
  const kinds = new Set(Object.values(fixtures.layers).map(({ kind }) => kind));
  // Keras chooses the layers of augMix once for all steps.
  expect([...kinds, ...Object.keys(fixtures.mixing), "augMix"].sort()).toEqual(
    Object.keys(colors).sort(),
  );
});

describe.each(
  Object.values(fixtures.layers).map(
    (fixture, i) => [`${i} ${fixture.kind} ${JSON.stringify(fixture.options)}`, fixture] as const,
  ),
)("%s", (_, fixture) => {
  test("gives the same results in training", async () => {
    const { results, className } = await call(fixture, true);
    expect(className).toBe(fixture.className);
    expect(relativeError(results, fixture.results)).toBeLessThanOrEqual(tolerance);
  });

  test("does the same outside of training, or nothing", async () => {
    const { results, pixels } = await call(fixture, false);
    const expected = fixture.isAlways ? fixture.results : pixels;
    expect(relativeError(results, expected)).toBeLessThanOrEqual(tolerance);
  });
});

describe("mixing", () => {
  const shape = [3, 5, 6, 2];
  const sources = {
    x: uniform(1, shape, 0, 255),
    share: uniform(2, [3], 0, 1),
    order: { data: Int32Array.of(2, 0, 1), shape: [3] },
    labels: { data: Float32Array.of(1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0), shape: [3, 4] },
    step: { data: Int32Array.of(1), shape: [] },
  };
  const [x, share, labels] = (["x", "share", "labels"] as const).map((name) =>
    ops.input(name, { shape: sources[name].shape, dtype: "f32" }),
  );
  const order = ops.input("order", { shape: [3], dtype: "i32" });

  async function compare(
    outputs: Readonly<Record<string, Node>>,
    expected: MixingFixture,
    values: Readonly<Record<string, Tensor>> = {},
  ) {
    const all = { ...sources, ...values };
    const received = (await runCompiled(device, { outputs, updates: [] }, all)).outputs;
    expect(relativeError(received.images, expected.images)).toBeLessThanOrEqual(tolerance);
    expect(relativeError(received.labels, expected.labels)).toBeLessThanOrEqual(tolerance);
  }

  test("mixUp mixes images and labels by the same weights", async () => {
    const mixing = { weight: share, order };
    const outputs = { images: mixed(ops, x, mixing), labels: mixed(ops, labels, mixing) };
    await compare(outputs, fixtures.mixing.mixUp);
  });

  test("cutMix mixes labels by the area of the rectangle", async () => {
    const { build, values } = withDraws(20);
    const step = ops.input("step", { shape: [], dtype: "i32" });
    const draw = randomDraw(3, {}, { build, step, seed: 0, stream: 0 });
    const ratio = ops.reshape(ops.squareRoot(ops.subtract(ops.constant(1), share)), [3, 1, 1, 1]);
    const box = randomBox(build, draw, shape, { across: ratio, down: ratio });
    const { images, mixing } = cut(ops, x, order, box);
    await compare({ images, labels: mixed(ops, labels, mixing) }, fixtures.mixing.cutMix, values);
  });
});
