// Every initializer, regularizer and constraint of the tables: its defaults are Keras's, it is the same
// however it is asked for, it comes back from a file, it does what its name says, and what cannot be
// used is refused by name. Keras's own numbers are golden.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError, ShapeError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Shape } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { gradients } from "../../src/graph/autodiff.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { constraintFrom, constraints } from "../../src/nn/constraints/index.ts";
import {
  type InitializerName,
  initialize,
  initializerFrom,
  initializers,
} from "../../src/nn/initializers/index.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { regularizerFrom, regularizers } from "../../src/nn/regularizers/index.ts";
import { decodeModel } from "../../src/train/load.ts";
import { encodeModel } from "../../src/train/save.ts";
import { sequential } from "../../src/train/sequential.ts";
import { sampleWeights } from "./samples.ts";
import {
  type Case,
  constraintCases,
  initializerCases,
  regularizerCases,
} from "./weight-option-cases.ts";

interface Made {
  readonly name: string;
  readonly options: object;
}

/** The three tables under one roof: each is asked for in the same ways. */
const kinds = [
  {
    kind: "initializer",
    option: "kernelInitializer",
    cases: initializerCases,
    table: initializers,
    from: initializerFrom,
  },
  {
    kind: "regularizer",
    option: "kernelRegularizer",
    cases: regularizerCases,
    table: regularizers,
    from: regularizerFrom,
  },
  {
    kind: "constraint",
    option: "kernelConstraint",
    cases: constraintCases,
    table: constraints,
    from: constraintFrom,
  },
] as const;

const rows = kinds.flatMap(({ kind, option, cases, table, from }) =>
  Object.entries<Case>(cases).map(([name, one]) => ({
    kind,
    option,
    name,
    one,
    make: (table as Record<string, (options?: object) => Made>)[name],
    from: from as (setting: unknown) => Made,
  })),
);

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

describe("initializers, regularizers and constraints", () => {
  test.each(rows)("$kind $name: the defaults are Keras's", ({ name, one, make, from }) => {
    expect(make().options).toEqual(one.defaults);
    expect(from(name).options).toEqual(one.defaults);
    expect(from(name).name).toBe(name);
  });

  test.each(rows)(
    "$kind $name: the same by name, as data, and made",
    ({ name, one, make, from }) => {
      const options = one.other ?? {};
      const made = make(options);
      expect(made.options).toEqual({ ...one.defaults, ...options });
      expect(from(made)).toBe(made);
      expect(from({ name, options }).options).toEqual(made.options);
      expect(from(JSON.parse(JSON.stringify(made))).options).toEqual(made.options);
    },
  );

  test.each(rows)("$kind $name: what cannot be used is refused by name", ({ one, make }) => {
    for (const { options, names } of one.refused) {
      expect(() => make(options), JSON.stringify(options)).toThrow(ConfigError);
      expect(() => make(options)).toThrow(
        new RegExp(`${names}[\\s\\S]*expected: [\\s\\S]*received`),
      );
    }
  });

  test.each(rows)("$kind $name: a layer that has it comes back from a file", async (row) => {
    const { option, one, make } = row;
    const given = { [option]: make(one.other) };
    const model = sequential(
      [
        layers.flatten({ inputShape: [1, 2, 3] }),
        layers.dense({ units: 6, ...given }),
        layers.dense({ units: 6, activityRegularizer: "l2" }),
      ],
      { device, seed: 3 },
    );
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const { model: again } = await decodeModel(await encodeModel(model), { device });
    const random = new RandomStream(5);
    const data = () => Float32Array.from({ length: 24 }, () => random.uniform());
    const examples = {
      x: { data: data(), shape: [4, 1, 2, 3] },
      y: { data: data(), shape: [4, 6] },
    };
    const losses = await Promise.all(
      [model, again].map(async (one) => {
        const { history } = await one.fit(examples, { epochs: 6, verbose: 0 });
        return history.loss;
      }),
    );
    // A constraint may cost something at its first step, and never again.
    expect(losses[0][5]).toBeLessThan(losses[0][1]);
    expect(losses[1]).toEqual(losses[0]);
    expect(await again.getWeights()).toEqual(await model.getWeights());
    await Promise.all([model, again].map((one) => one.dispose()));
  });

  test.each(kinds)(
    "a $kind that does not exist is answered with the closest",
    ({ kind, table, from }) => {
      const ask = from as (setting: unknown) => Made;
      const [right] = Object.keys(table);
      const message = new RegExp(`no ${kind} "${right}z"[\\s\\S]*did you mean "${right}"`);
      expect(() => ask(`${right}z`)).toThrow(message);
      expect(() => ask({ name: "toString" })).toThrow(ConfigError);
      expect(() => ask(3)).toThrow(/expected: a name/);
      expect(() => ask(null)).toThrow(ConfigError);
    },
  );

  test("what does not fit a weight is refused with the layer's name", () => {
    const image = { inputShape: [6, 6, 2] };
    const build = (options: object) =>
      sequential([layers.conv2d({ filters: 2, kernelSize: 3, name: "eye", ...image, ...options })]);
    const wrong = [
      { kernelInitializer: "identity" },
      { biasInitializer: "orthogonal" },
      { kernelRegularizer: "orthogonal" },
      { kernelConstraint: { name: "maxNorm", options: { axis: 4 } } },
    ];
    for (const options of wrong) {
      expect(() => build(options), JSON.stringify(options)).toThrow(ShapeError);
      expect(() => build(options)).toThrow(/"eye[\s\S]*expected/);
    }
    expect(() => build({ activityRegularizer: "l3" })).toThrow(/no regularizer "l3"/);
  });
});

describe("initializers", () => {
  const names = Object.keys(initializers) as InitializerName[];

  test.each(names)("%s: the seed and the stream decide, and nothing else", (name) => {
    const values = (seed: number, stream: number) => initialize(name, [7, 7], seed, stream);
    expect(values(1, 2)).toEqual(values(1, 2));
    const isRandom = !["constant", "identity", "ones", "zeros"].includes(name);
    expect(values(1, 2).join() !== values(1, 3).join()).toBe(isRandom);
    expect(values(1, 2).join() !== values(2, 2).join()).toBe(isRandom);
  });

  test.each([
    [[5, 5], 1],
    [[3, 3, 2, 4], 2],
    [[2, 7], 0.5],
  ])("orthogonal of %j: rows or columns stand at right angles", (shape: Shape, gain) => {
    const columns = shape[shape.length - 1];
    const values = initialize({ name: "orthogonal", options: { gain } }, shape, 1, 2);
    const rowCount = values.length / columns;
    const [count, length] = [Math.min(rowCount, columns), Math.max(rowCount, columns)];
    const at = (vector: number, i: number) =>
      rowCount >= columns ? values[i * columns + vector] : values[vector * columns + i];
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? gain * gain : 0, 6);
      }
    }
  });

  test("identity leaves a vector as it is, and cuts or fills one of another length", () => {
    expect([...initialize("identity", [2, 3], 0, 0)]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...initialize("identity", [3, 2], 0, 0)]).toEqual([1, 0, 0, 1, 0, 0]);
  });
});

describe("regularizers", () => {
  test.each(Object.entries<Case>(regularizerCases))(
    "%s: the gradient of what it adds is the central difference",
    (name, { other = {} }) => {
      const { penalty } = regularizerFrom({ name, options: other });
      const value = sampleWeights([4, 3]);
      const weight = ops.input("weight", { shape: value.shape, dtype: "f32" });
      const sum = penalty(weight, ops);
      const [slope] = gradients(sum, [weight], ops);
      const [found] = evaluate([slope], { weight: value });
      const at = (data: Float64Array) =>
        evaluate([sum], { weight: { data, shape: value.shape } })[0].data[0];
      value.data.forEach((number, i) => {
        const moved = (by: number) => at(value.data.with(i, number + by));
        const difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        expect(found.data[i]).toBeCloseTo(difference, 7);
      });
    },
  );
});

describe("constraints", () => {
  const apply = (name: string, options: object, value: Tensor<Float64Array>) => {
    const weight = ops.input("weight", { shape: value.shape, dtype: "f32" });
    const result = constraintFrom({ name, options }).apply(weight, ops);
    return evaluate([result], { weight: value })[0];
  };

  test.each(Object.entries<Case>(constraintCases))(
    "%s: keeps the shape, and zeros stay numbers",
    (name, { other = {} }) => {
      const shape = [3, 2];
      const value = { data: Float64Array.of(0, 0, 1, -2, 0, 0), shape };
      const result = apply(name, other, value);
      expect(result.shape).toEqual(shape);
      expect([...result.data].every(Number.isFinite)).toBe(true);
      const zeros = { data: new Float64Array(6), shape };
      expect([...apply(name, other, zeros).data]).toEqual([0, 0, 0, 0, 0, 0]);
    },
  );

  test("what they ask for is so after training", async () => {
    const model = sequential(
      [
        layers.conv2d({
          filters: 3,
          kernelSize: 2,
          kernelConstraint: constraints.unitNorm({ axis: [0, 1, 2] }),
          biasConstraint: "nonNeg",
          inputShape: [3, 3, 2],
        }),
        layers.flatten(),
        layers.dense({ units: 2, kernelConstraint: constraints.maxNorm({ maxValue: 0.1 }) }),
      ],
      { device },
    );
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const random = new RandomStream(5);
    const data = (size: number) => Float32Array.from({ length: size }, () => random.uniform());
    const x = { data: data(5 * 18), shape: [5, 3, 3, 2] };
    await model.fit({ x, y: { data: data(10), shape: [5, 2] } }, { epochs: 2, verbose: 0 });
    const weights = await model.getWeights();
    const norms = (name: string, columns: number) => {
      const values = weights.get(name)?.data as Float32Array;
      return Array.from({ length: columns }, (_, column) =>
        Math.hypot(...values.filter((_, i) => i % columns === column)),
      );
    };
    for (const norm of norms("conv2d/kernel", 3)) expect(norm).toBeCloseTo(1, 5);
    for (const norm of norms("dense/kernel", 2)) expect(norm).toBeLessThanOrEqual(0.1 + 1e-6);
    expect(weights.get("conv2d/bias")?.data.every((value) => value >= 0)).toBe(true);
    await model.dispose();
  });
});
