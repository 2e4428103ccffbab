// Random numbers of layers: in their ranges, and each draw, layer, step, seed and example its own.

import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { type RandomDraw, randomDraw } from "../../src/nn/layers/random-draw.ts";

const count = 2000;

function drawn(take: (draw: RandomDraw) => Node, { stream = 1, seed = 3, step = 5 } = {}) {
  const at = ops.input("step", { shape: [], dtype: "i32" });
  const draw = randomDraw(count, {}, { build: ops, step: at, seed, stream });
  const [{ data }] = evaluate([take(draw)], { step: { data: Int32Array.of(step), shape: [] } });
  return Array.from(data);
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const spread = (values: readonly number[]) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

describe("the random numbers of a layer", () => {
  test("uniform ones fill their range evenly", () => {
    const values = drawn((draw) => draw.uniform(-2, 4));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(4);
    expect(Math.min(...values)).toBeLessThan(-1.98);
    expect(Math.max(...values)).toBeGreaterThan(3.98);
    expect(Math.abs(mean(values) - 1)).toBeLessThan(0.16);
    expect(Math.abs(spread(values) - 6 / Math.sqrt(12))).toBeLessThan(0.1);
  });

  test("whole ones are each as frequent as another", () => {
    const values = drawn((draw) => draw.whole(2, 6));
    for (const number of [2, 3, 4, 5]) {
      const share = values.filter((value) => value === number).length / count;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
    }
  });

  test("normal ones have the standard deviation", () => {
    const values = drawn((draw) => draw.normal(3));
    expect(Math.abs(mean(values))).toBeLessThan(0.25);
    expect(Math.abs(spread(values) - 3)).toBeLessThan(0.2);
  });

  test("chances come true as often as they say", () => {
    const values = drawn((draw) => draw.chance(0.3));
    expect(new Set(values)).toEqual(new Set([0, 1]));
    expect(Math.abs(mean(values) - 0.3)).toBeLessThan(0.04);
  });

  test("the same key gives the same numbers, another key others", () => {
    const first = drawn((draw) => draw.uniform(0, 1));
    expect(drawn((draw) => draw.uniform(0, 1))).toEqual(first);
    const others = [
      drawn((draw) => draw.uniform(0, 1), { stream: 2 }),
      drawn((draw) => draw.uniform(0, 1), { seed: 4 }),
      drawn((draw) => draw.uniform(0, 1), { step: 6 }),
      drawn((draw) => {
        draw.uniform(0, 1);
        return draw.uniform(0, 1);
      }),
    ];
    for (const other of others) {
      expect(other.filter((value, i) => value === first[i]).length).toBeLessThan(5);
    }
    expect(new Set(first).size).toBeGreaterThan(1990);
  });

  test("results take the shape that is asked for, an example at a time", () => {
    const at = ops.input("step", { shape: [], dtype: "i32" });
    const draw = randomDraw(4, {}, { build: ops, step: at, seed: 1, stream: 0 });
    expect(draw.uniform(0, 1).shape).toEqual([4]);
    expect(draw.uniform(0, 1, [1, 1, 1]).shape).toEqual([4, 1, 1, 1]);
  });
});
