// Winograd's convolution, all three passes, on every target: within its stated error of the reference,
// whatever the shape and padding, the same bits on any number of threads, and never where the precision
// is `exact`.

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Padding } from "../../src/graph/window.ts";
import { compile } from "../../src/kernel/compile.ts";
import { allStages } from "../../src/kernel/program.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "../machine/x64/widths.ts";
import { machines, runCompiled, runReference, type Sources } from "./compiled.ts";
import { relativeError } from "./samples.ts";

/** Of the largest result, for numbers that are spread evenly around 0: decision 9. */
const statedError = { few: 1e-5, many: 1.7e-5 };

let devices: Device[] = [];
let threads: Device[][] = [];
beforeAll(async () => {
  const present = widths.filter(({ missing }) => missing === undefined);
  const open: ((threads: number) => Promise<Device>)[] = [
    (threads: number) => WasmDevice.open({ threads }),
    ...present.map(
      ({ width }) =>
        (threads: number) =>
          X64Device.open({ threads, width }),
    ),
  ];
  threads = await Promise.all(open.map((one) => Promise.all([1, 2, 3].map((count) => one(count)))));
  devices = [
    ...threads.map(([one]) => one),
    ...machines.map((machine) => new InterpreterDevice(machine)),
  ];
});
afterAll(() => Promise.all([...threads.flat(), ...devices].map((device) => device.close())));

interface Chosen {
  readonly images: number;
  readonly image: readonly [number, number];
  readonly channels: number;
  readonly filters: number;
  readonly padding: Padding;
}

const edge = fc.integer({ min: 0, max: 2 });
const shapes: fc.Arbitrary<Chosen> = fc.record({
  // So many that mapping the filters pays.
  images: fc.constantFrom(5, 6, 9),
  image: fc.tuple(fc.integer({ min: 4, max: 11 }), fc.integer({ min: 4, max: 11 })),
  channels: fc.constantFrom(16, 17, 24, 32),
  filters: fc.constantFrom(16, 20, 32, 33),
  padding: fc.oneof<fc.Arbitrary<Padding>[]>(
    fc.constantFrom("valid", "same"),
    fc.record({ top: edge, bottom: edge, left: edge, right: edge }),
  ),
});

/** So many filters that they are read once for all tiles, in a stage of their own. */
const deepShapes: fc.Arbitrary<Chosen> = fc.record({
  images: fc.constantFrom(1, 2),
  image: fc.tuple(fc.integer({ min: 8, max: 10 }), fc.integer({ min: 8, max: 10 })),
  channels: fc.constantFrom(96, 97),
  filters: fc.constantFrom(80, 100),
  padding: fc.oneof<fc.Arbitrary<Padding>[]>(
    fc.constantFrom("valid", "same"),
    fc.record({ top: edge, bottom: edge, left: edge, right: edge }),
  ),
});

function values(shape: Shape, stream: number) {
  const random = new RandomStream(sizeOf(shape), stream);
  return {
    shape,
    data: Float64Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5),
  };
}

/** The three passes of a convolution, each with its inputs. */
function passesOf({ images, image, channels, filters, padding }: Chosen) {
  const input = (name: string, shape: Shape) => ops.input(name, { shape, dtype: "f32" });
  const x = input("x", [images, ...image, channels]);
  const filter = input("filter", [3, 3, channels, filters]);
  const y = ops.conv2d(x, filter, { padding });
  const gradient = input("gradient", y.shape);
  const pass = (result: Node, inputs: readonly Node[]) => {
    const sources: Sources = Object.fromEntries(
      inputs.map((node, i) => [(node.attributes as { name: string }).name, values(node.shape, i)]),
    );
    const graph: Graph = { outputs: { result }, updates: [] };
    return { graph, sources };
  };
  return {
    forward: pass(ops.relu(y), [x, filter]),
    "input gradient": pass(
      ops.conv2dInputGradient(gradient, filter, { padding, imageShape: x.shape }),
      [gradient, filter],
    ),
    "filter gradient": pass(
      ops.conv2dFilterGradient(x, gradient, { padding, filterShape: filter.shape }),
      [x, gradient],
    ),
  };
}

const names = ["forward", "input gradient", "filter gradient"] as const;

function kernelsOf(graph: Graph, device: Device, precision: "fast" | "exact"): string[] {
  const stages = allStages(compile("test", graph, device.machine, ops, { precision }));
  return stages.flat().map(({ kernel }) => kernel.name);
}

const isWinograd = (kernel: string) => kernel.includes("winograd");

/** Compares what targets make of random shapes; says for how many a kernel is as `isUsed` wants it. */
async function tryShapes(
  name: (typeof names)[number],
  all: fc.Arbitrary<Chosen>,
  isUsed: (kernel: string) => boolean,
  numRuns: number,
): Promise<number> {
  let used = 0;
  const property = fc.asyncProperty(all, async (chosen) => {
    const { graph, sources } = passesOf(chosen)[name];
    if (kernelsOf(graph, devices[0], "fast").some(isUsed)) used++;
    const expected = runReference(graph, sources).outputs.result;
    const limit = chosen.channels > 64 ? statedError.many : statedError.few;
    for (const device of devices) {
      const received = (await runCompiled(device, graph, sources, "fast")).outputs.result;
      const on = `${device.target}, ${device.machine.lanes} lanes`;
      const error = relativeError(received, expected);
      expect({ on, tooFar: error > limit ? error : 0 }).toEqual({ on, tooFar: 0 });
    }
  });
  await fc.assert(property, { seed: 7, numRuns });
  return used;
}

/** Compares what each target makes on 1, 2 and 3 threads, bit by bit. */
async function sameOnThreads(name: (typeof names)[number], chosen: Chosen): Promise<void> {
  const { graph, sources } = passesOf(chosen)[name];
  for (const [one, ...others] of threads) {
    const expected = (await runCompiled(one, graph, sources, "fast")).outputs.result;
    for (const device of others) {
      const received = (await runCompiled(device, graph, sources, "fast")).outputs.result;
      expect(received).toEqual(expected);
    }
  }
}

describe.each(names)("%s", (name) => {
  test("of random shapes is the reference within the stated error", async () => {
    expect(await tryShapes(name, shapes, isWinograd, 6)).toBeGreaterThan(3);
  });

  const plain: Chosen = {
    images: 9,
    image: [14, 10],
    channels: 32,
    filters: 32,
    padding: "same",
  };

  test("is chosen where the precision allows it", () => {
    const { graph } = passesOf(plain)[name];
    for (const device of devices) {
      expect(kernelsOf(graph, device, "fast").some(isWinograd)).toBe(true);
      expect(kernelsOf(graph, device, "exact").some(isWinograd)).toBe(false);
    }
  });

  const deep: Chosen = { ...plain, images: 2, channels: 128, filters: 112 };
  test.each([plain, deep])(
    "has the same bits on 1, 2 and 3 threads, $channels channels",
    (chosen) => sameOnThreads(name, chosen),
  );
});

const isApart = (kernel: string) => kernel.includes("winogradProducts");

test.each(["forward", "input gradient"] as const)(
  "%s of many channels, in stages apart, is the reference within the stated error",
  async (name) => {
    expect(await tryShapes(name, deepShapes, isApart, 2)).toBe(2);
  },
);

describe("the filter gradient of many channels, in stages apart,", () => {
  const name = "filter gradient";

  test("is the reference within the stated error", async () => {
    // Parts of 64, and what is left: tiles that are mapped again by each of many tasks cost more than stages.
    const shapes = deepShapes.map((shape) => ({ ...shape, channels: 97, filters: 200 }));
    expect(await tryShapes(name, shapes, isApart, 2)).toBe(2);
  });

  test("has the same bits on 1, 2 and 3 threads", async () => {
    const chosen: Chosen = {
      images: 3,
      image: [9, 10],
      channels: 130,
      filters: 192,
      padding: "same",
    };
    const { graph } = passesOf(chosen)[name];
    for (const [device] of threads) {
      expect(kernelsOf(graph, device, "fast").some(isApart)).toBe(true);
    }
    await sameOnThreads(name, chosen);
  });
});

test("one pixel far out of range reaches its tile, and no further: decision 9", async () => {
  const shape = [1, 32, 32, 32];
  const random = new RandomStream(3);
  const small = Float32Array.from({ length: sizeOf(shape) }, () => 2e-3 * (random.uniform() - 0.5));
  const f = {
    data: new Float32Array(9 * 32 * 32).map(() => random.uniform() - 0.5),
    shape: [3, 3, 32, 32],
  };
  const y = ops.conv2d(
    ops.input("x", { shape, dtype: "f32" }),
    ops.input("f", { shape: f.shape, dtype: "f32" }),
    { padding: "same" },
  );
  const graph = { outputs: { y }, updates: [] };
  const withPixel = (value: number) => {
    const data = small.slice();
    data[(13 * 32 + 13) * 32 + 5] = value;
    return { x: { data, shape }, f };
  };
  const sees = (i: number) =>
    [Math.floor(i / 1024), Math.floor(i / 32) % 32].every((at) => Math.abs(at - 13) <= 1);
  for (const [device] of threads) {
    const run = async (value: number, precision: "fast" | "exact") =>
      (await runCompiled(device, graph, withPixel(value), precision)).outputs.y;
    const infinite = async (precision: "fast" | "exact") =>
      (await run(Number.POSITIVE_INFINITY, precision)).filter((value) => !Number.isFinite(value));
    expect(await infinite("exact")).toHaveLength(9 * 32);
    expect(await infinite("fast")).toHaveLength(16 * 32);
    const changes = async (precision: "fast" | "exact") => {
      const [near, far] = [await run(0, precision), await run(1e4, precision)];
      return near.map((value, i) => (sees(i) ? 0 : Math.abs(far[i] - value)));
    };
    expect((await changes("exact")).every((change) => change === 0)).toBe(true);
    const fast = await changes("fast");
    expect(fast.filter((change) => change > 0).length).toBeLessThanOrEqual(7 * 32);
    expect(Math.max(...fast)).toBeLessThan(1e-2);
  }
});
