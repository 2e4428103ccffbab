// Fovea against PyTorch, which computed the fixtures in f64 (pytorch/make.py): results, gradients
// and the weights after three steps, for networks that use every layer. Errors are relative to the
// largest number of their tensor.

import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { relativeError } from "../conformance/samples.ts";
import {
  examplesOf,
  firstPass,
  type NetworkFixture,
  networkOf,
  type OptimizerFixture,
  trainFixture,
} from "./fixture-network.ts";

const tolerance = 1e-5;

type Values = Readonly<Record<string, readonly number[]>>;

interface SmallFixture extends NetworkFixture {
  readonly training: readonly number[];
  readonly inference: readonly number[];
  readonly value: number;
  readonly gradients: Values;
  readonly trained: Readonly<
    Record<
      string,
      {
        readonly optimizer: OptimizerFixture;
        readonly losses: readonly number[];
        readonly weights: Values;
        readonly inference: readonly number[];
      }
    >
  >;
}

/** What the fixture of a large network keeps of a tensor. */
interface Digest {
  readonly sum: number;
  readonly squares: number;
  readonly largest: number;
  readonly every: number;
  readonly elements: readonly number[];
}

interface LargeFixture extends NetworkFixture {
  readonly training: readonly number[];
  readonly value: number;
  readonly gradients: Readonly<Record<string, Digest>>;
  readonly trained: Readonly<
    Record<
      string,
      {
        readonly optimizer: OptimizerFixture;
        readonly losses: readonly number[];
        readonly weights: Readonly<Record<string, Digest>>;
      }
    >
  >;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`pytorch/${name}`, import.meta.url), "utf8")) as T;
}

/** The names of values that are too far from those expected, with their errors. */
function tooFar(
  received: Readonly<Record<string, ArrayLike<number>>>,
  expected: Readonly<Record<string, ArrayLike<number>>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(expected)
      .map(([name, values]): [string, number] => [name, relativeError(received[name], values)])
      .filter(([, error]) => !(error <= tolerance)),
  );
}

let device: Device;
beforeAll(async () => {
  device = await WasmDevice.open({ threads: 2 });
});
afterAll(() => device.close());

const small = Object.entries(read<Record<string, SmallFixture>>("networks.json"));

describe.each(small)("%s", (_, fixture) => {
  const { network, batch, loss, gradients } = fixture;

  test("trains on the same results, loss and gradients", async () => {
    const outputs = await firstPass(device, { network, batch, loss }, true);
    const expected = { results: fixture.training, loss: [fixture.value], ...gradients };
    expect(tooFar(outputs, expected)).toEqual({});
  });

  test("predicts the same results", async () => {
    const { results } = await firstPass(device, { network, batch, loss }, false);
    expect(relativeError(results, fixture.inference)).toBeLessThanOrEqual(tolerance);
  });

  test("every weight that has a gradient is compared", () => {
    const trained = networkOf(fixture).weights.filter((weight) => weight.trainable);
    expect(Object.keys(gradients)).toEqual(trained.map(({ fullName }) => fullName));
  });

  test.each(Object.entries(fixture.trained))(
    "three steps of %s leave the same weights and statistics",
    async (__, { optimizer, losses, weights, inference }) => {
      const { model, losses: seen } = await trainFixture(device, fixture, optimizer);
      const received = Object.fromEntries(
        [...(await model.getWeights())].map(([name, { data }]) => [name, data]),
      );
      expect(Object.keys(received)).toEqual(Object.keys(weights));
      expect(tooFar(received, weights)).toEqual({});
      expect(relativeError(seen, losses)).toBeLessThanOrEqual(tolerance);
      const predicted = await model.predict(examplesOf(fixture, batch).x);
      expect(relativeError(predicted.data, inference)).toBeLessThanOrEqual(tolerance);
      await model.dispose();
    },
  );
});

describe("the 93,322 parameters of the first MNIST network", () => {
  const fixture = read<LargeFixture>("mnist.json");

  /** How far a tensor is from its digest: its elements, its largest, and both sums. */
  function digestErrors(data: ArrayLike<number>, digest: Digest): Record<string, number> {
    const values = Array.from(data);
    const sum = values.reduce((total, value) => total + value, 0);
    const absolute = values.reduce((total, value) => total + Math.abs(value), 0);
    const squares = values.reduce((total, value) => total + value * value, 0);
    const largest = Math.max(...values.map(Math.abs));
    const elements = values.filter((_, i) => i % digest.every === 0);
    const furthest = Math.max(...elements.map((value, i) => Math.abs(value - digest.elements[i])));
    return {
      elements: elements.length === digest.elements.length ? furthest / digest.largest : Infinity,
      largest: Math.abs(largest - digest.largest) / digest.largest,
      sum: Math.abs(sum - digest.sum) / absolute,
      squares: Math.abs(squares - digest.squares) / digest.squares,
    };
  }

  function digestsTooFar(
    received: ReadonlyMap<string, ArrayLike<number>>,
    expected: Readonly<Record<string, Digest>>,
  ): [string, string, number][] {
    return Object.entries(expected).flatMap(([name, digest]) =>
      Object.entries(digestErrors(received.get(name) ?? [], digest))
        .map(([what, error]): [string, string, number] => [name, what, error])
        .filter(([, , error]) => !(error <= tolerance)),
    );
  }

  test("the network is the one that is counted", () => {
    expect(networkOf(fixture).parameterCount).toBe(93_322);
  });

  test("trains on the same results, loss and gradients", async () => {
    const { results, loss, ...rest } = await firstPass(device, fixture, true);
    expect(tooFar({ results, loss }, { results: fixture.training, loss: [fixture.value] })).toEqual(
      {},
    );
    expect(digestsTooFar(new Map(Object.entries(rest)), fixture.gradients)).toEqual([]);
  });

  test.each(Object.entries(fixture.trained))(
    "three steps of %s leave the same weights",
    async (_, { optimizer, losses, weights }) => {
      const { model, losses: seen } = await trainFixture(device, fixture, optimizer);
      const received = new Map(
        [...(await model.getWeights())].map(([name, { data }]) => [name, data]),
      );
      expect(digestsTooFar(received, weights)).toEqual([]);
      expect(relativeError(seen, losses)).toBeLessThanOrEqual(tolerance);
      await model.dispose();
    },
  );
});
