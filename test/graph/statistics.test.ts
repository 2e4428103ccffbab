// Mean and variance over images, from one way through memory: no digits go where the mean is large, images
// differ from each other, or nothing differs at all.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { momentsOf } from "../../src/graph/ops/statistics.ts";
import { compile } from "../../src/kernel/compile.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runCompiled } from "../conformance/compiled.ts";

const shape = [8, 12, 12, 3];
const axes = [0, 1, 2];
const x = ops.state("x", { shape, dtype: "f32" });
const device = new InterpreterDevice(machines[1]);

/** The moments of each channel, as they are computed and as they should be. */
async function moments(valueAt: (image: number, random: RandomStream) => number) {
  const random = new RandomStream(4, 2);
  const perImage = sizeOf(shape) / shape[0];
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
    valueAt(Math.floor(i / perImage), random),
  );
  const { mean, variance } = momentsOf(ops, x, axes);
  const graph = { outputs: { mean, variance }, updates: [] };
  const { outputs } = await runCompiled(device, graph, { x: { data, shape } });
  return [0, 1, 2].map((channel) => {
    const values = [...data].filter((_, i) => i % 3 === channel);
    const exact = values.reduce((a, b) => a + b) / values.length;
    const spread = values.reduce((a, b) => a + (b - exact) ** 2, 0) / values.length;
    return {
      largest: Math.max(...values.map(Math.abs)),
      mean: [outputs.mean[channel], exact] as const,
      variance: [outputs.variance[channel], spread] as const,
    };
  });
}

describe("moments over images", () => {
  test.each<[string, (image: number, random: RandomStream) => number]>([
    ["of numbers around 0", (_, random) => random.uniform() - 0.5],
    ["of numbers around 1,000", (_, random) => 1000 + random.uniform()],
    ["where the first image is far from all others", (i, r) => (i === 0 ? 50 : 0) + r.uniform()],
    ["where the last image is far from all others", (i, r) => (i === 7 ? 50 : 0) + r.uniform()],
    ["where images have levels of their own", (image, random) => 9 * image + random.uniform()],
  ])("%s", async (_, valueAt) => {
    for (const { mean, variance, largest } of await moments(valueAt)) {
      expect(Math.abs(mean[0] - mean[1])).toBeLessThan(1e-6 * largest);
      expect(Math.abs(variance[0] / variance[1] - 1)).toBeLessThan(2e-5);
    }
  });

  test("of equal numbers: the variance is 0 and no less", async () => {
    for (const value of [0, 0.1, -3.3, 12345.678]) {
      for (const { mean, variance } of await moments(() => value)) {
        expect(mean[0]).toBeCloseTo(Math.fround(value), value > 1000 ? 2 : 6);
        expect(variance[0]).toBeGreaterThanOrEqual(0);
        expect(variance[0]).toBeLessThanOrEqual(1e-12 * (1 + value * value));
      }
    }
  });

  test("read all images once, and the first one twice", () => {
    const { mean, variance } = momentsOf(ops, x, axes);
    const input = ops.input("images", { shape, dtype: "f32" });
    const of = momentsOf(ops, input, axes);
    expect([mean.shape, variance.shape]).toEqual([
      [1, 1, 1, 3],
      [1, 1, 1, 3],
    ]);
    const graph = { outputs: { mean: of.mean, variance: of.variance }, updates: [] };
    const { stages, inputs } = compile("moments", graph, machines[1], ops);
    const readers = stages
      .flat()
      .filter(({ bindings }) => bindings.includes(inputs[0].storage))
      .map(({ kernel }) => kernel.name.split(".")[0]);
    expect(new Set(readers).size).toBe(2);
  });
});
