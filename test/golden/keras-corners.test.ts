// Results and slopes at the corners of activations and layers are those of Keras 3 on TensorFlow
// (keras/make_corners.py): where two slopes meet, everybody chooses, and a model that moves between
// the two should not notice.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { type ActivationName, activate } from "../../src/nn/activations.ts";
import { layerFrom } from "../../src/nn/layers/index.ts";

interface Corner {
  readonly x: readonly number[];
  readonly results: readonly number[];
  readonly slopes: readonly number[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("keras/corners.json", import.meta.url), "utf8"),
) as {
  readonly activations: Readonly<Record<string, Corner>>;
  readonly layers: readonly (Corner & { readonly kind: string; readonly options: object })[];
  readonly ties: Readonly<Record<"maximum" | "minimum", readonly number[]>>;
  readonly absolute: Corner;
};

function check({ x, results, slopes }: Corner, of: (x: Node) => Node) {
  const input = ops.input("x", { shape: [x.length, 1], dtype: "f32" });
  const y = of(input);
  const [slope] = gradients(ops.sum(y), [input], ops);
  const sources = { x: tensor(Float32Array.from(x), [x.length, 1]) };
  const [received, slopesReceived] = evaluate([y, slope], sources);
  x.forEach((_, i) => {
    expect(received.data[i], `the result at ${x[i]}`).toBeCloseTo(results[i], 6);
    expect(slopesReceived.data[i], `the slope at ${x[i]}`).toBeCloseTo(slopes[i], 6);
  });
}

test.each(Object.entries(fixtures.activations))("%s", (name, corner) => {
  check(corner, (x) => activate(name as ActivationName, ops, x));
});

test.each(fixtures.layers.map((f) => [f.kind, JSON.stringify(f.options), f] as const))(
  "%s %s",
  (kind, _, { options, ...corner }) => {
    const layer = layerFrom(kind, options);
    check(corner, (x) => {
      const { weights, call } = layer.plan([[1]]);
      const zeros = weights.map(({ name, shape }) => [name, ops.constant(0, shape)]);
      return call([x], {
        build: ops,
        weights: Object.fromEntries(zeros),
        training: false,
        trainable: true,
        step: ops.constant(0, [], "i32"),
        seed: 0,
        stream: 0,
        update: () => undefined,
        replace: (_, value) => value,
        mix: () => undefined,
      });
    });
  },
);

test("of two equal numbers the first has the slope of maximum and minimum", () => {
  for (const [name, expected] of Object.entries(fixtures.ties)) {
    const [a, b] = ["a", "b"].map((key) => ops.input(key, { shape: [1], dtype: "f32" }));
    const y = ops[name as "maximum" | "minimum"](a, b);
    const one = tensor(Float32Array.of(1), [1]);
    const slopes = evaluate(gradients(ops.sum(y), [a, b], ops), { a: one, b: one });
    expect(slopes.map(({ data }) => data[0])).toEqual(expected);
  }
});

test("absolute", () => {
  check(fixtures.absolute, ops.absolute);
});
