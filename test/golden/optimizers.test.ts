// Optimizers, schedules, regularizers, constraints and initializers against real Keras: six steps of a
// small model with every option, and the rates of many steps. `optimizers/make.py` made the numbers.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sizeOf } from "../../src/core/shape.ts";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { constraints } from "../../src/nn/constraints/index.ts";
import { type InitializerName, initialize, initializers } from "../../src/nn/initializers/index.ts";
import { type DenseOptions, dense } from "../../src/nn/layers/dense.ts";
import { flatten } from "../../src/nn/layers/flatten.ts";
import { optimizerFrom, optimizers } from "../../src/nn/optimizers/index.ts";
import type { Optimizer } from "../../src/nn/optimizers/optimizer.ts";
import { storedOptimizer } from "../../src/nn/optimizers/stored-rate.ts";
import { regularizers } from "../../src/nn/regularizers/index.ts";
import { scheduleFrom, schedules } from "../../src/nn/schedules/index.ts";
import { sequential } from "../../src/train/sequential.ts";
import { relativeError } from "../conformance/samples.ts";
import { networkWeights, uniform } from "./shared-numbers.ts";

const tolerance = 1e-5;

type Values = Readonly<Record<string, readonly number[]>>;

interface Named {
  readonly name: string;
  readonly options: object;
}

interface Fixtures {
  readonly setup: {
    readonly examples: number;
    readonly batch: number;
    readonly epochs: number;
    readonly inputs: number;
    readonly units: number;
  };
  readonly optimizers: readonly (Named & {
    readonly loss: readonly number[];
    readonly weights: Values;
    readonly slots: Values;
  })[];
  readonly schedules: readonly (Named & {
    readonly steps: readonly number[];
    readonly rates: readonly number[];
  })[];
  readonly layers: readonly {
    readonly options: Readonly<Record<string, Named>>;
    readonly loss: readonly number[];
    readonly evaluated: number;
    readonly weights: Values;
  }[];
  readonly initializers: readonly (Named & {
    readonly shape: readonly number[];
    readonly mean: number;
    readonly deviation: number;
    readonly smallest: number;
    readonly largest: number;
  })[];
}

const fixtures = JSON.parse(
  readFileSync(new URL("optimizers/optimizers.json", import.meta.url), "utf8"),
) as Fixtures;
const { setup } = fixtures;

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 1 });
});
afterAll(() => device.close());

const examples = {
  x: uniform(1, [setup.examples, 1, 1, setup.inputs], -1, 1),
  y: uniform(2, [setup.examples, setup.units], -1, 1),
};

/** The same steps as Keras's. */
async function fitted(optimizer: Optimizer, options: Partial<DenseOptions> = {}) {
  const { units, inputs } = setup;
  const shape = { units, activation: "tanh", name: "dense" } as const;
  const layers = [flatten({ inputShape: [1, 1, inputs] }), dense({ ...shape, ...options })];
  const model = sequential(layers, { device });
  await model.setWeights(networkWeights(model.network));
  model.compile({ optimizer, loss: "meanSquaredError" });
  const { history } = await model.fit(examples, {
    batchSize: setup.batch,
    epochs: setup.epochs,
    shuffle: false,
    verbose: 0,
  });
  return { model, losses: history.loss };
}

/** What is further from Keras's than the tolerance, by name. */
function farOff(
  received: ReadonlyMap<string, { readonly data: ArrayLike<number> }>,
  expected: Values,
) {
  return Object.keys(expected).filter((name) => {
    const error = relativeError(received.get(name)?.data ?? [], expected[name]);
    return !(error <= tolerance);
  });
}

const title = ({ name, options }: Named) => `${name} ${JSON.stringify(options)}`;

describe("optimizers", () => {
  test("all of the table have fixtures", () => {
    const named = new Set(fixtures.optimizers.map(({ name }) => name));
    expect([...named].sort()).toEqual(Object.keys(optimizers).sort());
  });

  test.each(fixtures.optimizers.map((one) => [title(one), one] as const))(
    "%s: losses, weights and slots are Keras's",
    async (_, { name, options, loss, weights, slots }) => {
      const { model, losses } = await fitted(storedOptimizer(name, options));
      expect(relativeError(losses, loss)).toBeLessThanOrEqual(tolerance);
      const state = await model.getState();
      expect(farOff(state.weights, weights)).toEqual([]);
      expect([...state.slots.keys()].sort()).toEqual(Object.keys(slots).sort());
      expect(farOff(state.slots, slots)).toEqual([]);
      await model.dispose();
    },
  );
});

describe("schedules", () => {
  /** Fovea's own, which conformance holds against their formulas. */
  const withoutPeer = ["oneCycle", "warmUp"];

  test("all of the table that Keras has have fixtures", () => {
    const named = new Set([...fixtures.schedules.map(({ name }) => name), ...withoutPeer]);
    expect([...named].sort()).toEqual(Object.keys(schedules).sort());
  });

  test.each(fixtures.schedules.map((one) => [title(one), one] as const))(
    "%s: the rates are Keras's",
    (_, { name, options, steps, rates }) => {
      const schedule = scheduleFrom(name, options);
      expect(relativeError(steps.map(schedule.at), rates)).toBeLessThanOrEqual(1e-6);
    },
  );
});

describe("regularizers and constraints", () => {
  test("all of both tables have fixtures", () => {
    const named = fixtures.layers.flatMap(({ options }) =>
      Object.values(options).map(({ name }) => name),
    );
    expect([...new Set(named)].sort()).toEqual(
      [...Object.keys(regularizers), ...Object.keys(constraints)].sort(),
    );
  });

  test.each(fixtures.layers.map((one) => [JSON.stringify(one.options), one] as const))(
    "%s: losses and weights are Keras's",
    async (_, { options, loss, evaluated, weights }) => {
      const optimizer = optimizerFrom("sgd", { learningRate: 0.1, momentum: 0.5 });
      const { model, losses } = await fitted(optimizer, options as Partial<DenseOptions>);
      expect(relativeError(losses, loss)).toBeLessThanOrEqual(tolerance);
      expect(farOff(await model.getWeights(), weights)).toEqual([]);
      const again = await model.evaluate(examples, { batchSize: setup.batch });
      expect(relativeError([again.loss], [evaluated])).toBeLessThanOrEqual(tolerance);
      await model.dispose();
    },
  );
});

describe("initializers", () => {
  test("all of the table have fixtures here or in keras.test.ts", () => {
    const named = new Set(fixtures.initializers.map(({ name }) => name));
    const others = Object.keys(initializers).filter((name) => !named.has(name));
    expect(others.every((name) => /^(zeros|ones|(glorot|he|lecun)\w+)$/.test(name))).toBe(true);
  });

  test.each(fixtures.initializers.map((one) => [`${title(one)} of [${one.shape}]`, one] as const))(
    "%s: distributed as Keras's",
    (_, { name, options, shape, ...expected }) => {
      const values = initialize({ name: name as InitializerName, options }, shape, 3, 1 << 16);
      const count = sizeOf(shape);
      expect(values).toHaveLength(count);
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      // Some twenty thousand draws pin the deviation to about half a per cent, and the mean to 1 % of it.
      const width = expected.deviation;
      expect(Math.abs(Math.sqrt(squares / count) - width)).toBeLessThanOrEqual(0.015 * width);
      expect(Math.abs(mean - expected.mean)).toBeLessThanOrEqual(0.04 * width + 1e-7);
      // The ends are sharp but for normal distributions that are not cut off, whose ends are chance.
      const isSharp =
        !/[nN]ormal|orthogonal/.test(title({ name, options })) || isTruncated(name, options);
      const slack = (isSharp ? 0.01 : 1.5) * width + 1e-7;
      const ends = { smallest: Math.min(...values), largest: Math.max(...values) };
      expect(Math.abs(ends.smallest - expected.smallest)).toBeLessThanOrEqual(slack);
      expect(Math.abs(ends.largest - expected.largest)).toBeLessThanOrEqual(slack);
    },
  );

  function isTruncated(name: string, options: object): boolean {
    return name === "truncatedNormal" || (name === "varianceScaling" && !("mode" in options));
  }
});
