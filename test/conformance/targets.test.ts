// Every op of the table, every sample, every target: the compiled op is its reference in f64 within
// the op's tolerance, and the same bits whatever the number of threads.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import type { Op, Sample } from "../../src/graph/op.ts";
import { opTable } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "../machine/x64/widths.ts";
import { machines, runCompiled, runReference, type Sources } from "./compiled.ts";
import { applySample, describeSample, relativeError } from "./samples.ts";

/** What every op promises unless its record says otherwise. */
const defaultTolerance = 2e-6;

/**
 * Plain sums, whose terms may cancel: what f32 loses is in proportion to the sizes of the terms, not to
 * what is left of them, so the error is taken relative to the largest sum of magnitudes.
 */
const sums = new Set(["sum", "mean"]);

/** The largest result that the same op has for the magnitudes of its inputs. */
function largestOfMagnitudes(graph: Graph, sources: Sources): number {
  const magnitudes = Object.fromEntries(
    Object.entries(sources).map(([name, { shape, data }]) => [
      name,
      { shape, data: Float64Array.from(data, Math.abs) },
    ]),
  );
  const { y } = runReference(graph, magnitudes).outputs;
  return Array.from(y).reduce((most, value) => Math.max(most, value), 0);
}

/** Targets that compute every op; those that share `code` must agree to the last bit. */
const targets: { name: string; code: string; open: () => Promise<Device> }[] = [
  ...machines.map((machine) => {
    const name = `interpreter of ${machine.lanes} lanes`;
    return { name, code: name, open: async () => new InterpreterDevice(machine) };
  }),
  ...[true, false].flatMap((relaxed) => {
    const code = `wasm, multiply-adds ${relaxed ? "as the engine likes" : "rounded twice"}`;
    return [1, 2, 3].map((threads) => ({
      name: `${code}, ${threads} thread(s)`,
      code,
      open: () => WasmDevice.open({ threads, relaxed }),
    }));
  }),
  ...widths.flatMap(({ name, width, missing }) =>
    missing === undefined
      ? [1, 2, 3].map((threads) => ({
          name: `${name}, ${threads} thread(s)`,
          code: name,
          open: () => X64Device.open({ threads, width }),
        }))
      : [],
  ),
];

const table: [string, Op][] = Object.entries(opTable);
const cases: [string, Op, Sample<object>][] = table.flatMap(([name, op]) =>
  op.samples.map((sample): [string, Op, Sample<object>] => [
    `${name} ${describeSample(sample)}`,
    op,
    sample,
  ]),
);

/** Ops that promise nothing for infinite inputs, and why. */
const finiteOnly: Record<string, string> = {
  power: "it is meant for bases above 0",
  sparseSoftmaxCrossEntropy: "a row's class is picked by a product with 0 and 1",
  conv2d: "padding may be zeros that are multiplied",
  conv2dInputGradient: "padding may be zeros that are multiplied",
  conv2dFilterGradient: "padding may be zeros that are multiplied",
  sampleImage: "a pixel that counts for nothing is multiplied by 0",
  sampleImageGradient: "a pixel that counts for nothing is multiplied by 0",
};

function isFirstOfItsCode({ code }: { code: string }, i: number, all: { code: string }[]) {
  return all.findIndex((other) => other.code === code) === i;
}

describe("compiled ops", () => {
  const devices: { name: string; code: string; device: Device }[] = [];

  beforeAll(async () => {
    for (const { name, code, open } of targets) devices.push({ name, code, device: await open() });
  });
  afterAll(() => Promise.all(devices.map(({ device }) => device.close())));

  for (const { name, missing } of widths) {
    if (missing !== undefined) test.skip(`on ${name}: ${missing}`);
  }

  test.each(cases)("%s", async (_, op, sample) => {
    const { node, sources } = applySample(op, sample, "f64");
    const graph = { outputs: { y: node }, updates: [] };
    const expected = runReference(graph, sources).outputs.y;
    const tolerance = op.tolerance ?? defaultTolerance;
    const scale = sums.has(op.name) ? largestOfMagnitudes(graph, sources) : undefined;
    const tooFar: Record<string, number> = {};
    const otherBits: string[] = [];
    const results = new Map<string, ArrayLike<number>>();
    for (const { name, code, device } of devices) {
      const received = (await runCompiled(device, graph, sources)).outputs.y;
      const error = relativeError(received, expected, scale);
      if (error > tolerance) tooFar[name] = error;
      const first = results.get(code) ?? received;
      results.set(code, first);
      if (!sameBits(first, received)) otherBits.push(name);
    }
    expect(tooFar).toEqual({});
    expect(otherBits).toEqual([]);
  });

  test.each(cases.filter(([, op]) => !(op.name in finiteOnly)))(
    "%s of NaN and infinities",
    async (_, op, sample) => {
      const { node, sources } = applySample(op, sample, "f64");
      const graph = { outputs: { y: node }, updates: [] };
      const faults: Record<string, string[]> = {};
      for (const from of [0, 1, 2, 3]) {
        const special = withSpecials(sources, from);
        const expected = runReference(graph, special).outputs.y;
        for (const { name, device } of devices.filter(isFirstOfItsCode)) {
          const received = (await runCompiled(device, graph, special)).outputs.y;
          const others = otherSpecials(received, expected);
          if (others.length > 0) faults[name] = others;
        }
      }
      expect(faults).toEqual({});
    },
  );
});

/** Every fourth f32 element becomes NaN or an infinity, in turn; `from` 0 to 3 says where. */
function withSpecials(sources: Sources, from: number): Sources {
  const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, Number.NEGATIVE_INFINITY];
  let next = 0;
  const change = (value: number, i: number) =>
    i % 4 === from ? specials[next++ % specials.length] : value;
  return Object.fromEntries(
    Object.entries(sources).map(([name, { data, shape }]) => [
      name,
      { shape, data: data instanceof Float64Array ? data.map(change) : data },
    ]),
  );
}

/** The elements that are NaN or infinite on one side and not, or another one, on the other. */
function otherSpecials(received: ArrayLike<number>, expected: ArrayLike<number>): string[] {
  return Array.from(expected).flatMap((value, i) => {
    if (Number.isFinite(value) && Number.isFinite(received[i])) return [];
    return Object.is(value, received[i]) ? [] : [`${i}: ${received[i]}, not ${value}`];
  });
}

function sameBits(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
}
