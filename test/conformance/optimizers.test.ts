// Every optimizer of the table: its steps are Keras's formulas in f64, its defaults are Keras's, it
// refuses what cannot be used, and it lowers a loss in one step.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { storedOptimizer } from "../../src/nn/optimizers/stored-rate.ts";
import { cases, examples, modelWith, type OptimizerCase, refusedByAll } from "./optimizer-cases.ts";

const names = Object.keys(optimizers) as OptimizerName[];
const table = names.flatMap((name) =>
  cases[name].variants.map((one: OptimizerCase): [string, OptimizerName, OptimizerCase] => [
    `${name} ${JSON.stringify(one.options)}`,
    name,
    one,
  ]),
);

/** A weight with its slots, in f64, and what a step of the optimizer's graph makes of it. */
class GraphWeight {
  readonly #optimizer: Optimizer;
  #values: Record<string, Tensor<Float64Array>>;
  #steps = 0;

  constructor(optimizer: Optimizer, weight: readonly number[]) {
    this.#optimizer = optimizer;
    const shape = [weight.length];
    this.#values = { weight: { data: Float64Array.from(weight), shape } };
    for (const slot of optimizer.slots) {
      const first = optimizer.firstSlots?.[slot] ?? 0;
      this.#values[`slot/${slot}`] = { data: new Float64Array(weight.length).fill(first), shape };
    }
  }

  step(gradient: readonly number[], rate: number): number[] {
    const optimizer = this.#optimizer;
    const shape = [gradient.length];
    const node = (name: string, of = shape): Node => ops.input(name, { shape: of, dtype: "f32" });
    const numbers = optimizer.numbers(++this.#steps, rate);
    const trained = {
      fullName: "layer/kernel",
      weight: node("weight"),
      gradient: node("gradient"),
      slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, node(`slot/${slot}`)])),
    };
    const [result] = optimizer.update({
      build: ops,
      weights: [trained],
      numbers: Object.fromEntries(Object.keys(numbers).map((name) => [name, node(name, [])])),
    });
    const roots = [result.weight, ...optimizer.slots.map((slot) => result.slots[slot])];
    const scalars = Object.entries(numbers).map(([name, value]) => [
      name,
      { data: Float64Array.of(value), shape: [] },
    ]);
    const values = evaluate(roots, {
      ...this.#values,
      gradient: { data: Float64Array.from(gradient), shape },
      ...Object.fromEntries(scalars),
    }) as Tensor<Float64Array>[];
    this.#values = Object.fromEntries(
      ["weight", ...optimizer.slots.map((slot) => `slot/${slot}`)].map((name, i) => [
        name,
        values[i],
      ]),
    );
    return [...values[0].data];
  }
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

describe("optimizers", () => {
  test.each(table)("%s: five steps are Keras's, whatever the rate does", (_, name, one) => {
    const optimizer = optimizerFrom(name, one.options);
    expect(optimizer.slots).toEqual(one.slots);
    const first = [0.5, -1.25, 0, 1e-3, 30];
    const stepper = one.stepper();
    const graph = new GraphWeight(optimizer, first);
    let expected = [...first];
    const random = new RandomStream(3);
    const learningRate = optimizer.learningRate as number;
    for (const rate of [1, 1, 0.5, 0, 2].map((factor) => factor * learningRate)) {
      // From large to tiny, and once 0: epsilon shows where gradients are small.
      const gradient = [1, 1e-3, 0, 1e-8, 1e4].map((size) => size * (2 * random.uniform() - 1));
      const received = graph.step(gradient, rate);
      expected = stepper(expected, gradient, rate);
      received.forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1e-13 * Math.abs(expected[i]));
      });
    }
  });

  test.each(names)("%s: the defaults are Keras's", (name) => {
    expect(optimizerFrom(name).options).toEqual(cases[name].defaults);
  });

  test.each(names)("%s: what cannot be used is refused by name", (name) => {
    for (const { options, names: named } of [...refusedByAll, ...cases[name].refused]) {
      const make = () => storedOptimizer(name, options);
      expect(make, JSON.stringify(options)).toThrow(ConfigError);
      expect(make).toThrow(new RegExp(`${named}[\\s\\S]*expected: .*\n.*received: `));
    }
  });

  test("an optimizer that does not exist is answered with the closest that does", () => {
    expect(() => optimizerFrom("adamm")).toThrow(/did you mean "adam"/);
  });

  test.each(table)("%s: its numbers stay finite after ten million steps", (_, name, one) => {
    const optimizer = optimizerFrom(name, one.options);
    for (const step of [1, 2, 1000, 1e7]) {
      const values = Object.values(optimizer.numbers(step, 0.001));
      expect(values.length).toBeGreaterThan(0);
      expect(values.every((value) => Number.isFinite(value) && value > 0)).toBe(true);
    }
  });

  test.each(table)("%s: one step lowers the loss", async (_, name, one) => {
    const model = modelWith(optimizerFrom(name, { ...one.options, learningRate: 0.01 }), device);
    const { history } = await model.fit(examples(8), { epochs: 2, verbose: 0 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    await model.dispose();
  });
});
