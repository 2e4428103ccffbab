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
import type { Callback } from "../../src/train/callback.ts";
import { decodeModel, encodeModel } from "../../src/train/checkpoint.ts";
import { sequential } from "../../src/train/sequential.ts";

/** The weights after a step with `gradient` at rate `rate`. */
type Stepper = (weights: readonly number[], gradient: readonly number[], rate: number) => number[];

interface OptimizerCase {
  readonly options: object;
  readonly slots: readonly string[];
  /** Keras's `update_step`, written out. */
  readonly stepper: () => Stepper;
}

/** A stepper from the rule for one number of a weight; `memory` is its own, and begins at 0. */
function each(
  rule: (w: number, g: number, rate: number, t: number, memory: Record<string, number>) => number,
): () => Stepper {
  return () => {
    const memories: Record<string, number>[] = [];
    let t = 0;
    return (weights, gradient, rate) => {
      t++;
      return weights.map((w, i) => {
        memories[i] ??= { m: 0, v: 0, top: 0, a: 0, d: 0 };
        return rule(w, gradient[i], rate, t, memories[i]);
      });
    };
  };
}

const adam = (beta1: number, beta2: number, epsilon: number, amsgrad = false, decay = 0) =>
  each((w, g, rate, t, memory) => {
    memory.m += (g - memory.m) * (1 - beta1);
    memory.v += (g * g - memory.v) * (1 - beta2);
    memory.top = Math.max(memory.top, memory.v);
    const alpha = (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t);
    const root = Math.sqrt(amsgrad ? memory.top : memory.v) + epsilon;
    return w - w * decay * rate - (memory.m * alpha) / root;
  });

const sgd = (momentum: number, nesterov: boolean) =>
  each((w, g, rate, _t, memory) => {
    if (momentum === 0) return w - g * rate;
    memory.m = memory.m * momentum - g * rate;
    return nesterov ? w + (memory.m * momentum - g * rate) : w + memory.m;
  });

const rmsprop = (rho: number, momentum: number, epsilon: number, centered: boolean) =>
  each((w, g, rate, _t, memory) => {
    memory.v = rho * memory.v + (1 - rho) * g * g;
    memory.a = rho * memory.a + (1 - rho) * g;
    const spread = centered ? Math.max(0, memory.v - memory.a ** 2) : memory.v;
    memory.m = momentum * memory.m + (rate * g) / Math.sqrt(spread + epsilon);
    return w - memory.m;
  });

const nadam = (beta1: number, beta2: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    const u = (step: number) => beta1 * (1 - 0.5 * 0.96 ** step);
    const product = (last: number) =>
      Array.from({ length: last }, (_, i) => u(i + 1)).reduce((x, y) => x * y, 1);
    memory.m += (g - memory.m) * (1 - beta1);
    memory.v += (g * g - memory.v) * (1 - beta2);
    const ahead =
      (u(t + 1) * memory.m) / (1 - product(t + 1)) + ((1 - u(t)) * g) / (1 - product(t));
    return w - (ahead * rate) / (Math.sqrt(memory.v / (1 - beta2 ** t)) + epsilon);
  });

const adamax = (beta1: number, beta2: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    memory.m += (g - memory.m) * (1 - beta1);
    memory.top = Math.max(beta2 * memory.top, Math.abs(g));
    return w - (rate * memory.m) / ((1 - beta1 ** t) * (memory.top + epsilon));
  });

const adagrad = (first: number, epsilon: number) =>
  each((w, g, rate, t, memory) => {
    if (t === 1) memory.a = first;
    memory.a += g * g;
    return w - (rate * g) / Math.sqrt(memory.a + epsilon);
  });

const adadelta = (rho: number, epsilon: number) =>
  each((w, g, rate, _t, memory) => {
    memory.a = rho * memory.a + (1 - rho) * g * g;
    const step = (Math.sqrt(memory.d + epsilon) / Math.sqrt(memory.a + epsilon)) * g;
    memory.d = rho * memory.d + (1 - rho) * step * step;
    return w - rate * step;
  });

const lion = (beta1: number, beta2: number) =>
  each((w, g, rate, _t, memory) => {
    const direction = Math.sign(beta1 * memory.m + (1 - beta1) * g);
    memory.m = beta2 * memory.m + (1 - beta2) * g;
    return w - rate * direction;
  });

/** LAMB looks at a weight as a whole. */
const lamb =
  (beta1: number, beta2: number, epsilon: number): (() => Stepper) =>
  () => {
    const m: number[] = [];
    const v: number[] = [];
    let t = 0;
    const normOf = (values: readonly number[]) => Math.hypot(...values);
    return (weights, gradient, rate) => {
      t++;
      const step = gradient.map((g, i) => {
        m[i] = (m[i] ?? 0) + (g - (m[i] ?? 0)) * (1 - beta1);
        v[i] = (v[i] ?? 0) + (g * g - (v[i] ?? 0)) * (1 - beta2);
        return m[i] / (1 - beta1 ** t) / (Math.sqrt(v[i] / (1 - beta2 ** t)) + epsilon);
      });
      const [own, moved] = [normOf(weights), normOf(step)];
      const trust = own > 0 && moved > 0 ? own / moved : 1;
      return weights.map((w, i) => w - trust * rate * step[i]);
    };
  };

const moments = ["momentum", "velocity"];
const betas = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const otherBetas = { learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 0.01 };
const refusedBetas = [
  { options: { beta1: 1 }, names: "beta1" },
  { options: { beta2: -0.1 }, names: "beta2" },
  { options: { epsilon: 0 }, names: "epsilon" },
];

const cases = {
  adadelta: {
    defaults: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
    variants: [
      {
        options: {},
        slots: ["accumulated_grad", "accumulated_delta_var"],
        stepper: adadelta(0.95, 1e-7),
      },
      {
        options: { learningRate: 1, rho: 0.5, epsilon: 1e-3 },
        slots: ["accumulated_grad", "accumulated_delta_var"],
        stepper: adadelta(0.5, 1e-3),
      },
    ],
    refused: [
      { options: { rho: 1 }, names: "rho" },
      { options: { epsilon: -1 }, names: "epsilon" },
    ],
  },
  adagrad: {
    defaults: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
    variants: [
      { options: {}, slots: ["accumulator"], stepper: adagrad(0.1, 1e-7) },
      {
        options: { learningRate: 0.5, initialAccumulatorValue: 0, epsilon: 0.1 },
        slots: ["accumulator"],
        stepper: adagrad(0, 0.1),
      },
    ],
    refused: [{ options: { initialAccumulatorValue: -1 }, names: "initialAccumulatorValue" }],
  },
  adam: {
    defaults: { learningRate: 0.001, ...betas, amsgrad: false },
    variants: [
      { options: {}, slots: moments, stepper: adam(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: adam(0.5, 0.75, 0.01) },
      { options: { beta1: 0, beta2: 0 }, slots: moments, stepper: adam(0, 0, 1e-7) },
      {
        options: { beta2: 0.5, amsgrad: true },
        slots: [...moments, "velocity_hat"],
        stepper: adam(0.9, 0.5, 1e-7, true),
      },
    ],
    refused: refusedBetas,
  },
  adamW: {
    defaults: { learningRate: 0.001, ...betas, amsgrad: false, weightDecay: 0.004 },
    variants: [
      { options: {}, slots: moments, stepper: adam(0.9, 0.999, 1e-7, false, 0.004) },
      {
        options: { ...otherBetas, weightDecay: 0.5 },
        slots: moments,
        stepper: adam(0.5, 0.75, 0.01, false, 0.5),
      },
    ],
    refused: [...refusedBetas, { options: { weightDecay: -1 }, names: "weightDecay" }],
  },
  adamax: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: ["momentum", "norm"], stepper: adamax(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: ["momentum", "norm"], stepper: adamax(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  lamb: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: moments, stepper: lamb(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: lamb(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  lion: {
    defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
    variants: [
      { options: {}, slots: ["momentum"], stepper: lion(0.9, 0.99) },
      {
        options: { learningRate: 0.1, beta1: 0.3, beta2: 0.5 },
        slots: ["momentum"],
        stepper: lion(0.3, 0.5),
      },
    ],
    refused: [
      { options: { beta1: 0 }, names: "beta1" },
      { options: { beta2: 1 }, names: "beta2" },
    ],
  },
  nadam: {
    defaults: { learningRate: 0.001, ...betas },
    variants: [
      { options: {}, slots: moments, stepper: nadam(0.9, 0.999, 1e-7) },
      { options: otherBetas, slots: moments, stepper: nadam(0.5, 0.75, 0.01) },
    ],
    refused: refusedBetas,
  },
  rmsprop: {
    defaults: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    variants: [
      { options: {}, slots: ["velocity"], stepper: rmsprop(0.9, 0, 1e-7, false) },
      {
        options: { rho: 0.5, momentum: 0.9 },
        slots: ["velocity", "momentum"],
        stepper: rmsprop(0.5, 0.9, 1e-7, false),
      },
      {
        options: { learningRate: 0.1, rho: 0.5, centered: true, epsilon: 0.01 },
        slots: ["velocity", "average_gradient"],
        stepper: rmsprop(0.5, 0, 0.01, true),
      },
    ],
    refused: [
      { options: { rho: 1 }, names: "rho" },
      { options: { momentum: 1.1 }, names: "momentum" },
      { options: { epsilon: 0 }, names: "epsilon" },
    ],
  },
  sgd: {
    defaults: { learningRate: 0.01, momentum: 0, nesterov: false },
    variants: [
      { options: {}, slots: [], stepper: sgd(0, false) },
      { options: { momentum: 0.9 }, slots: ["momentum"], stepper: sgd(0.9, false) },
      {
        options: { learningRate: 0.3, momentum: 0.5, nesterov: true },
        slots: ["momentum"],
        stepper: sgd(0.5, true),
      },
      { options: { nesterov: true }, slots: [], stepper: sgd(0, true) },
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

/** What every optimizer refuses beside its own options. */
const refusedByAll = [
  ...[-1, Number.NaN, Number.POSITIVE_INFINITY].map((learningRate) => ({
    options: { learningRate },
    names: "learningRate",
  })),
  { options: { weightDecay: Number.NaN }, names: "weightDecay" },
  { options: { excludeFromWeightDecay: "bias" }, names: "excludeFromWeightDecay" },
  { options: { excludeFromWeightDecay: [1] }, names: "excludeFromWeightDecay" },
  { options: { useEma: 1 }, names: "useEma" },
  { options: { learningRate: "fast" }, names: "learningRate" },
  { options: { learningRate: { name: 3 } }, names: "schedule" },
  { options: { learningRateMultipliers: null }, names: "learningRateMultipliers" },
  { options: { clipValue: 0 }, names: "clipValue" },
  { options: { clipNorm: -1 }, names: "clipNorm" },
  { options: { globalClipNorm: Number.NaN }, names: "globalClipNorm" },
  { options: { clipNorm: 1, clipValue: 1 }, names: "clipValue, clipNorm" },
  { options: { emaMomentum: 1.5 }, names: "emaMomentum" },
  { options: { emaOverwriteFrequency: 0 }, names: "emaOverwriteFrequency" },
  { options: { gradientAccumulationSteps: 1 }, names: "gradientAccumulationSteps" },
  { options: { learningRateMultipliers: { dense: -1 } }, names: "learningRateMultipliers" },
];

/** What every optimizer can do around its rule, with the slots that it takes. */
const around = [
  { options: { weightDecay: 0.1, clipNorm: 0.5 }, slots: [] },
  { options: { useEma: true, emaOverwriteFrequency: 3 }, slots: ["average"] },
  { options: { gradientAccumulationSteps: 2 }, slots: ["gradient_accumulator"] },
  {
    options: {
      useEma: true,
      emaMomentum: 0.5,
      gradientAccumulationSteps: 4,
      globalClipNorm: 0.5,
      learningRateMultipliers: { "conv*": 0.1 },
    },
    slots: ["average", "gradient_accumulator"],
  },
];

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

  const everywhere = names.flatMap((name) =>
    [...cases[name].variants, ...around].map(
      ({ options, slots }): [string, OptimizerName, Kept] => {
        const own = cases[name].variants[0].slots;
        const isVariant = cases[name].variants.some((one) => one.options === options);
        return [
          `${name} ${JSON.stringify(options)}`,
          name,
          { options, slots: isVariant ? slots : [...slots, ...own] },
        ];
      },
    ),
  );

  test.each(everywhere)("%s: goes on from a file with the same bits", async (_, name, one) => {
    const straight = modelWith(optimizerFrom(name, one.options));
    await straight.fit(examples(20), { epochs: 3, batchSize: 8, verbose: 0 });

    const first = modelWith(optimizerFrom(name, one.options));
    // After five of nine steps: in the middle of an epoch, and between two updates.
    const { stopped } = await first.fit(examples(20), {
      epochs: 3,
      batchSize: 8,
      verbose: 0,
      callbacks: [stopAfter(5)],
    });
    expect(stopped).toBe("enough");
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

  test("layers learn at rates of their own; the first pattern that fits counts", async () => {
    const model = modelWith(
      optimizerFrom("sgd", {
        learningRate: 0.1,
        learningRateMultipliers: { "conv*": 0, dense: 0.5, "*": 100 },
      }),
    );
    const plain = modelWith(optimizerFrom("sgd", { learningRate: 0.05 }));
    const before = model.getWeights();
    await model.fit(examples(8), { verbose: 0 });
    await plain.fit(examples(8), { verbose: 0 });
    const after = model.getWeights();
    expect(after.get("conv2d/kernel")).toEqual(before.get("conv2d/kernel"));
    expect(after.get("conv2d/bias")).toEqual(before.get("conv2d/bias"));
    expect(after.get("dense/kernel")).toEqual(plain.getWeights().get("dense/kernel"));
    expect(after.get("dense/kernel")).not.toEqual(before.get("dense/kernel"));
    await Promise.all([model, plain].map((one) => one.dispose()));
  });

  test.each([
    ["dense", true],
    ["dens", false],
    ["*", true],
    ["d*e", true],
    ["*n*s*", true],
    ["dens*se", false],
    ["*dense*", true],
    ["d*x*e", false],
    [`${"*e".repeat(40)}*x`, false],
  ])("the pattern %s belongs to the layer dense: %s", (pattern, fits) => {
    const optimizer = optimizerFrom("sgd", { learningRateMultipliers: { [pattern]: 1 } });
    const check = () => optimizer.checkNames(["dense/kernel"]);
    if (fits) check();
    else expect(check).toThrow(ConfigError);
  });

  test("a pattern that belongs to no layer is refused, with the layers that there are", async () => {
    const options = { learningRateMultipliers: { "densee*": 0.1 } };
    const model = modelWith(optimizerFrom("adam", options));
    const fit = model.fit(examples(8), { verbose: 0 });
    await expect(fit).rejects.toThrow(/multiplier[\s\S]*conv2d, dense[\s\S]*densee/);
    await model.dispose();
  });

  test("a word with a slash excludes weights by their full names", async () => {
    const options = { learningRate: 0.1, weightDecay: 1, excludeFromWeightDecay: ["dense/k"] };
    const model = modelWith(optimizerFrom("sgd", options));
    const plain = modelWith(optimizerFrom("sgd", { learningRate: 0.1 }));
    await model.fit(examples(8), { verbose: 0 });
    await plain.fit(examples(8), { verbose: 0 });
    const [decayed, kept] = [model.getWeights(), plain.getWeights()];
    expect(decayed.get("dense/kernel")).toEqual(kept.get("dense/kernel"));
    expect(decayed.get("conv2d/kernel")).not.toEqual(kept.get("conv2d/kernel"));
    await Promise.all([model, plain].map((one) => one.dispose()));
  });

  test("a state without slots begins them anew", async () => {
    const model = modelWith(optimizerFrom("adagrad", {}));
    const state = model.getState();
    await model.fit(examples(8), { verbose: 0 });
    const once = model.getState();
    model.setState(state);
    await model.fit(examples(8), { verbose: 0 });
    expect(model.getState().slots).toEqual(once.slots);
    expect(model.getWeights()).toEqual(once.weights);
    await model.dispose();
  });
});

/** An optimizer with what it remembers of each weight. */
interface Kept {
  readonly options: object;
  readonly slots: readonly string[];
}

function stopAfter(steps: number): Callback {
  let count = 0;
  return {
    onStepEnd(_, control) {
      count++;
      if (count === steps) control.stop("enough");
    },
  };
}
