// Every optimizer of the table: its steps are Keras's formulas in f64, its defaults are Keras's, it
// lowers a loss in one step, and what it remembers comes back from a file.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { decodeModel, encodeModel } from "../../src/train/checkpoint.ts";
import { sequential } from "../../src/train/sequential.ts";

/** One weight, number by number: the value after a step with gradient `g` at rate `rate`. */
type Stepper = (weight: number, g: number, rate: number) => number;

interface OptimizerCase {
  readonly options: object;
  readonly slots: readonly string[];
  /** Keras's `update_step`, written out. */
  readonly stepper: () => Stepper;
}

function adam(beta1: number, beta2: number, epsilon: number): Stepper {
  let [m, v, t] = [0, 0, 0];
  return (weight, g, rate) => {
    t++;
    m += (g - m) * (1 - beta1);
    v += (g * g - v) * (1 - beta2);
    const alpha = (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    return weight - (m * alpha) / (Math.sqrt(v) + epsilon);
  };
}

function sgd(momentum: number, nesterov: boolean): Stepper {
  let m = 0;
  return (weight, g, rate) => {
    if (momentum === 0) return weight - g * rate;
    m = m * momentum - g * rate;
    return nesterov ? weight + (m * momentum - g * rate) : weight + m;
  };
}

const cases = {
  adam: {
    defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    variants: [
      {
        options: {},
        slots: ["momentum", "velocity"],
        stepper: () => adam(0.9, 0.999, 1e-7),
      },
      {
        options: { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.01 },
        slots: ["momentum", "velocity"],
        stepper: () => adam(0.5, 0.75, 0.01),
      },
      {
        options: { beta1: 0, beta2: 0 },
        slots: ["momentum", "velocity"],
        stepper: () => adam(0, 0, 1e-7),
      },
    ],
    refused: [
      { options: { beta1: 1 }, names: "beta1" },
      { options: { beta2: -0.1 }, names: "beta2" },
      { options: { epsilon: 0 }, names: "epsilon" },
    ],
  },
  sgd: {
    defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
    variants: [
      { options: {}, slots: [], stepper: () => sgd(0, false) },
      { options: { momentum: 0.9 }, slots: ["momentum"], stepper: () => sgd(0.9, false) },
      {
        options: { learningRate: 0.3, momentum: 0.5, nesterov: true },
        slots: ["momentum"],
        stepper: () => sgd(0.5, true),
      },
      { options: { nesterov: true }, slots: [], stepper: () => sgd(0, true) },
    ],
    refused: [
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { momentum: -0.1 }, names: "momentum" },
    ],
  },
} satisfies Record<
  OptimizerName,
  {
    readonly defaults: object;
    readonly variants: readonly OptimizerCase[];
    readonly refused: readonly { readonly options: object; readonly names: string }[];
  }
>;

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
      this.#values[`slot/${slot}`] = { data: new Float64Array(weight.length), shape };
    }
  }

  step(gradient: readonly number[], rate: number): number[] {
    const optimizer = this.#optimizer;
    const shape = [gradient.length];
    const node = (name: string, of = shape): Node => ops.input(name, { shape: of, dtype: "f32" });
    const numbers = optimizer.numbers(++this.#steps, rate);
    const result = optimizer.update({
      build: ops,
      weight: node("weight"),
      gradient: node("gradient"),
      slots: Object.fromEntries(optimizer.slots.map((slot) => [slot, node(`slot/${slot}`)])),
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

function examples(count: number) {
  const random = new RandomStream(12);
  const value = () => 2 * random.uniform() - 1;
  return {
    x: { data: Float32Array.from({ length: count * 8 }, value), shape: [count, 2, 2, 2] },
    y: { data: Float32Array.from({ length: count * 2 }, value), shape: [count, 2] },
  };
}

function modelWith(optimizer: Optimizer) {
  const model = sequential(
    [
      layers.conv2d({ filters: 3, kernelSize: 2, activation: "tanh", inputShape: [2, 2, 2] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    { seed: 8, device },
  );
  return model.compile({ optimizer, loss: "meanSquaredError" });
}

describe("optimizers", () => {
  test.each(table)("%s: five steps are Keras's, whatever the rate does", (_, name, one) => {
    const optimizer = optimizerFrom(name, one.options);
    expect(optimizer.slots).toEqual(one.slots);
    const first = [0.5, -1.25, 0, 1e-3, 30];
    const steppers = first.map(() => one.stepper());
    const graph = new GraphWeight(optimizer, first);
    let expected = [...first];
    const random = new RandomStream(3);
    const learningRate = optimizer.learningRate as number;
    for (const rate of [1, 1, 0.5, 0, 2].map((factor) => factor * learningRate)) {
      // From large to tiny, and once 0: epsilon shows where gradients are small.
      const gradient = [1, 1e-3, 0, 1e-8, 1e4].map((size) => size * (2 * random.uniform() - 1));
      const received = graph.step(gradient, rate);
      expected = expected.map((weight, i) => steppers[i](weight, gradient[i], rate));
      received.forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(1e-13 * Math.abs(expected[i]));
      });
    }
  });

  test.each(names)("%s: the defaults are Keras's", (name) => {
    expect(optimizerFrom(name).options).toEqual(cases[name].defaults);
  });

  test.each(names)("%s: what cannot be used is refused by name", (name) => {
    const rates = [-1, Number.NaN, Number.POSITIVE_INFINITY].map((learningRate) => ({
      options: { learningRate },
      names: "learningRate",
    }));
    for (const { options, names: named } of [...rates, ...cases[name].refused]) {
      const make = () => optimizerFrom(name, options);
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
    const model = modelWith(optimizerFrom(name, { ...one.options, learningRate: 0.01 }));
    const { history } = await model.fit(examples(8), { epochs: 2, verbose: 0 });
    expect(history.loss[1]).toBeLessThan(history.loss[0]);
    await model.dispose();
  });

  test.each(table)("%s: goes on from a file with the same bits", async (_, name, one) => {
    const straight = modelWith(optimizerFrom(name, one.options));
    await straight.fit(examples(20), { epochs: 3, batchSize: 8, verbose: 0 });

    const first = modelWith(optimizerFrom(name, one.options));
    await first.fit(examples(20), { epochs: 1, batchSize: 8, verbose: 0 });
    const { model: second } = decodeModel(encodeModel(first), "the file", { device });
    expect(second.settings?.optimizer.name).toBe(name);
    expect(second.settings?.optimizer.options).toEqual(first.settings?.optimizer.options);
    await second.fit(examples(20), { epochs: 3, batchSize: 8, verbose: 0, resume: true });

    expect([...straight.getState().slots.keys()]).toEqual(
      straight.network.weights.flatMap(({ fullName }) =>
        one.slots.map((slot) => `${fullName}/${slot}`),
      ),
    );
    expect(second.getState().slots).toEqual(straight.getState().slots);
    expect(second.getWeights()).toEqual(straight.getWeights());
    await Promise.all([straight, first, second].map((model) => model.dispose()));
  });
});
