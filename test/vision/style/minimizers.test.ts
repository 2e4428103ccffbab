// L-BFGS and Adam on functions whose minimum is known. The steps themselves are held against PyTorch's in test/golden.

import { expect, test } from "vitest";
import { adam } from "../../../src/vision/style/adam.ts";
import { lbfgs } from "../../../src/vision/style/lbfgs.ts";
import type { MinimizerStep, Objective } from "../../../src/vision/style/minimizer.ts";

/** A long bowl: Σ (i + 1)² · (x − i)². */
const bowl: Objective = async (x) => {
  let loss = 0;
  const gradient = new Float64Array(x.length);
  x.forEach((value, i) => {
    const steepness = (i + 1) ** 2;
    loss += steepness * (value - i) ** 2;
    gradient[i] = 2 * steepness * (value - i);
  });
  return { loss, gradient };
};

async function last(steps: AsyncIterable<MinimizerStep>, most: number): Promise<MinimizerStep[]> {
  const found: MinimizerStep[] = [];
  for await (const step of steps) {
    found.push({ ...step, x: step.x.slice() });
    if (found.length === most) break;
  }
  return found;
}

test("L-BFGS finds the bottom of a bowl, and ends there by itself", async () => {
  const exact = { changeTolerance: 0, gradientTolerance: 1e-8 };
  const steps = await last(lbfgs(bowl, new Float64Array(30), exact), 500);
  expect(steps.length).toBeLessThan(200);
  expect(steps[steps.length - 1].loss).toBeLessThan(1e-9);
  steps[steps.length - 1].x.forEach((value, i) => {
    expect(value).toBeCloseTo(i, 5);
  });
  for (const [i, { loss }] of steps.slice(1).entries())
    expect(loss).toBeLessThanOrEqual(steps[i].loss);
});

test("L-BFGS begins at a minimum and takes no step", async () => {
  const bottom = Float64Array.from({ length: 5 }, (_, i) => i);
  expect(await last(lbfgs(bowl, bottom), 10)).toEqual([]);
});

test("L-BFGS comes back from where a function is no number", async () => {
  // −ln x + x: not defined below 0, where a first long step leads.
  const objective: Objective = async ([x]) => ({
    loss: x - Math.log(x),
    gradient: Float64Array.of(1 - 1 / x),
  });
  const steps = await last(lbfgs(objective, Float64Array.of(6), { learningRate: 20 }), 50);
  expect(steps[steps.length - 1].x[0]).toBeCloseTo(1, 5);
  for (const { loss } of steps) expect(Number.isFinite(loss)).toBe(true);
});

test("a start is left as it is, and the same start gives the same bits", async () => {
  const start = new Float32Array(8).fill(2);
  const [once, again] = [await last(lbfgs(bowl, start), 5), await last(lbfgs(bowl, start), 5)];
  expect(once).toEqual(again);
  expect(start).toEqual(new Float32Array(8).fill(2));
});

test("Adam falls, and goes on for as long as it is asked", async () => {
  const steps = await last(adam(bowl, new Float64Array(6), { learningRate: 0.1 }), 400);
  expect(steps.length).toBe(400);
  expect(steps[399].loss).toBeLessThan(1e-3);
  expect(steps[399].evaluations).toBe(401);
  // The first step is as long as the learning rate, whatever the slope.
  expect(Math.abs(steps[0].x[3])).toBeCloseTo(0.1, 6);
});
