// The small example computes what the real engine computes: convolution, gradients, training.

import { afterAll, describe, expect, test } from "vitest";
import { gradients } from "../../src/graph/autodiff.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { openDevice } from "../../src/machine/index.ts";
import {
  accuracy,
  backward,
  bars,
  conv2d,
  crossEntropy,
  makeWeights,
  randomNumbers,
  scoresOf,
  train,
} from "./micro.ts";

const device = await openDevice({ target: "wasm", threads: 1 });
afterAll(() => device.close());

const count = 16;
const rate = 2;

/** The same network and the same step of descent, as a program of the engine. */
async function engine(data: ReturnType<typeof bars>, model: ReturnType<typeof makeWeights>) {
  const images = ops.input("images", { shape: [count, 8, 8, 1], dtype: "f32" });
  const labels = ops.input("labels", { shape: [count], dtype: "i32" });
  const filter = ops.state("filter", { shape: [3, 3, 1, 4], dtype: "f32" });
  const weights = ops.state("weights", { shape: [4, 2], dtype: "f32" });
  const convolved = ops.conv2d(images, filter);
  const means = ops.mean(ops.relu(convolved), { axes: [1, 2] });
  const loss = ops.mean(ops.sparseSoftmaxCrossEntropy(ops.matmul(means, weights), labels));
  const [filterGradient, weightsGradient] = gradients(loss, [filter, weights], ops);
  const step = (state: typeof filter, gradient: typeof filter) => ({
    state,
    value: ops.subtract(state, ops.multiply(gradient, ops.constant(rate))),
  });
  const graph = {
    outputs: { convolved, loss, filterGradient, weightsGradient },
    updates: [step(filter, filterGradient), step(weights, weightsGradient)],
  };
  const program = compile("micro", graph, device.machine, ops);
  const addresses = new Map([
    ["filter", device.allocate(4 * model.filter.data.length)],
    ["weights", device.allocate(4 * model.weights.data.length)],
  ]);
  for (const [name, value] of Object.entries(model)) {
    device.view("f32", addresses.get(name) as number, value.data.length).set(value.data);
  }
  const executable = await device.load(program, addresses, { stepsAtOnce: 32 });
  const inputs = { images: data.images.data, labels: data.labels };
  return (steps: number) => executable.run(new Array(steps).fill(inputs));
}

function example() {
  const random = randomNumbers(7);
  return { model: makeWeights(random), data: bars(count, random) };
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, error: number) {
  const differences = Array.from(expected, (value, i) => Math.abs(actual[i] - value));
  expect(actual.length).toBe(expected.length);
  expect(Math.max(...differences)).toBeLessThan(error);
}

describe("the micro example", () => {
  test("convolves and differentiates as the engine does", async () => {
    const { model, data } = example();
    const [step] = await (await engine(data, model))(1);
    expectClose(step.convolved, conv2d(data.images, model.filter).data, 1e-5);
    const loss = crossEntropy(scoresOf(data.images, model), data.labels);
    backward(loss);
    expectClose(step.loss, loss.data, 1e-5);
    expectClose(step.filterGradient, model.filter.gradient, 1e-5);
    expectClose(step.weightsGradient, model.weights.gradient, 1e-5);
  });

  test("trains along the same path, step by step", async () => {
    const { model, data } = example();
    const steps = await (await engine(data, model))(30);
    const losses = train(data, model, 30, rate);
    expectClose(
      steps.map((step) => step.loss[0]),
      losses,
      1e-4,
    );
  });

  test("learns to tell lying bars from standing ones", () => {
    const random = randomNumbers(1);
    const model = makeWeights(random);
    const losses = train(bars(32, random), model, 150, rate);
    expect(losses[149]).toBeLessThan(losses[0] / 10);
    expect(accuracy(bars(200, random), model)).toBeGreaterThan(0.95);
  });
});
