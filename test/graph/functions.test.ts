// What the functions' records leave open: how close a fitted formula comes to the function itself,
// and whether random numbers are distributed as they say.

import { describe, expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";

/** 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (1 · 3 · 5 ⋯ (2n+1)): no term has another sign, so none cancel. */
function errorFunction(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 1; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

describe("errorFunction", () => {
  test("is the integral, to three parts in a hundred million", () => {
    const x = Float64Array.from({ length: 2001 }, (_, i) => (i - 1000) / 200 + 1e-6);
    const node = ops.errorFunction(ops.input("x", { shape: [x.length], dtype: "f32" }));
    const [{ data }] = evaluate([node], { x: tensor(x, [x.length]) });
    const errors = Array.from(data, (value, i) => Math.abs(value / errorFunction(x[i]) - 1));
    expect(Math.max(...errors)).toBeLessThan(3.2e-8);
    expect(errorFunction(1)).toBeCloseTo(0.8427007929497149, 14);
  });
});

describe("randomNormal", () => {
  const size = 200_000;
  const draw = (step: number, stream = 0) => {
    const options = { shape: [size], seed: 5, stream };
    const node = ops.randomNormal(ops.input("step", { shape: [], dtype: "i32" }), options);
    const [{ data }] = evaluate([node], { step: tensor(Int32Array.of(step), []) });
    return Array.from(data);
  };
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

  test("has the moments and the tails of a normal distribution", () => {
    const values = draw(3);
    // Five deviations of each estimate, from 200,000 numbers.
    expect(Math.abs(mean(values))).toBeLessThan(0.011);
    expect(Math.abs(mean(values.map((x) => x ** 2)) - 1)).toBeLessThan(0.016);
    expect(Math.abs(mean(values.map((x) => x ** 3)))).toBeLessThan(0.044);
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(0.11);
    const beyond = (limit: number) => values.filter((x) => Math.abs(x) > limit).length / size;
    expect(Math.abs(beyond(1) - 0.3173)).toBeLessThan(0.0053);
    expect(Math.abs(beyond(3) - 0.0027)).toBeLessThan(0.0006);
    expect(beyond(5.5)).toBe(0);
  });

  test("is the same for the same step and stream, and another for others", () => {
    expect(draw(3)).toEqual(draw(3));
    const correlation = (a: number[], b: number[]) => Math.abs(mean(a.map((x, i) => x * b[i])));
    expect(correlation(draw(3), draw(4))).toBeLessThan(0.012);
    expect(correlation(draw(3), draw(3, 1))).toBeLessThan(0.012);
  });
});
