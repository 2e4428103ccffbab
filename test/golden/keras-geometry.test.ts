// Layers that move images in training against Keras 3 on NumPy and on TensorFlow, with the draws that Keras
// was handed (keras/make_geometry.py).

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Builder } from "../../src/graph/builder.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { layerFrom } from "../../src/nn/layers/index.ts";
import { sequence } from "../../src/nn/sequence.ts";
import { uniform } from "./shared-numbers.ts";

/** Keras computes places and weights in f32; a result is at most 1 in size. */
const tolerance = 2e-5;

interface Fixture {
  readonly kind: string;
  readonly inputShape: Shape;
  readonly batch: number;
  readonly options: { readonly fillMode?: string };
  readonly numpy: readonly number[];
  readonly tensorflow: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/geometry.json", import.meta.url), "utf8"),
) as readonly Fixture[];

/** Where Keras on TensorFlow computes something else than on its other backends, and what. */
function differsOnTensorFlow({ kind, options }: Fixture): string | undefined {
  if (kind === "randomElasticTransform") {
    return "it draws one displacement for both axes, cuts the blur elsewhere, and mirrors otherwise";
  }
  return options.fillMode === "wrap"
    ? "it jumps from the last pixel to the first, instead of going from one to the other"
    : undefined;
}

/** The layer's result in training. */
function call({ kind, options, inputShape, batch }: Fixture): ArrayLike<number> {
  const values: Record<string, Tensor> = {
    x: uniform(1, [batch, ...inputShape], -1, 1),
    step: { data: Int32Array.of(1), shape: [] },
  };
  const source = (name: string, value: Tensor) => {
    values[name] = value;
    return ops.input(name, { shape: value.shape, dtype: "f32" });
  };
  const build: Builder = {
    ...ops,
    randomUniform: (_, { shape, draw = 0 }) =>
      source(`draw ${draw}`, uniform(40 + draw, shape, 0, 1)),
    randomNormal: (_, { shape, draw = 0 }) =>
      source(`draw ${draw}`, uniform(40 + draw, shape, -2, 2)),
  };
  const network = sequence({ inputShape, layers: [layerFrom(kind, options)] });
  const x = ops.input("x", { shape: [batch, ...inputShape], dtype: "f32" });
  const step = ops.input("step", { shape: [], dtype: "i32" });
  const context = { build, training: true, weights: new Map(), step, seed: 0 };
  const [result] = evaluate(network.graph([x], context).outputs, values);
  return result.data;
}

function largestDifference(received: ArrayLike<number>, expected: readonly number[]): number {
  expect(received.length).toBe(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - received[i])), 0);
}

describe.each(fixtures.map((fixture) => [fixture.kind, fixture.options, fixture] as const))(
  "%s %j",
  (_, __, fixture) => {
    test("moves images as Keras does", () => {
      const received = call(fixture);
      expect(largestDifference(received, fixture.numpy)).toBeLessThanOrEqual(tolerance);
      const different = differsOnTensorFlow(fixture);
      const onTensorFlow = largestDifference(received, fixture.tensorflow);
      if (different === undefined) expect(onTensorFlow).toBeLessThanOrEqual(tolerance);
      else expect(onTensorFlow, different).toBeGreaterThan(tolerance);
    });
  },
);
