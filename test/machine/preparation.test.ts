// What depends on lasting states alone is made once, and again when somebody has written one of them.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Graph } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { usesOf } from "../../src/kernel/plan.ts";
import { allStages, type Program } from "../../src/kernel/program.ts";
import type { DeviceBuffer } from "../../src/machine/device.ts";
import type { HostDevice } from "../../src/machine/host-device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "./x64/widths.ts";

const targets: readonly { name: string; open: () => Promise<HostDevice> }[] = [
  { name: "interpreter", open: async () => new InterpreterDevice() },
  { name: "wasm with 2 threads", open: () => WasmDevice.open({ threads: 2 }) },
  {
    name: "wasm on the calling thread",
    open: () => WasmDevice.open({ threads: 2, inline: true }),
  },
  ...widths
    .filter(({ missing }) => missing === undefined)
    .map(({ name, width }) => ({ name, open: () => X64Device.open({ threads: 2, width }) })),
];

for (const { name, missing } of widths) {
  if (missing !== undefined) test.skip(`${name}: ${missing}`);
}

const size = 40;
const x = ops.input("x", { shape: [1], dtype: "f32" });
const weight = ops.state("weight", { shape: [size], dtype: "f32" });
/** A sum over the weight, which no formula can take along. */
const squares = ops.sum(ops.multiply(weight, weight));
const weighing: Graph = { outputs: { y: ops.multiply(x, squares) }, updates: [] };
const adding: Graph = { outputs: {}, updates: [{ state: weight, value: ops.add(weight, x) }] };

describe.each(targets)("$name", ({ open }) => {
  let device: HostDevice;
  beforeAll(async () => {
    device = await open();
  });
  afterAll(() => device.close());

  async function place() {
    const buffer = device.allocate(4 * size);
    const states = new Map([["weight", buffer]]);
    const load = (graph: Graph, stepsAtOnce = 2) =>
      device.load(compile("program", graph, device.machine, ops), states, { stepsAtOnce });
    const weigher = await load(weighing);
    const weigh = async (...xs: number[]) =>
      (await weigher.run(xs.map((value) => ({ x: [value] })))).map(({ y }) => y[0]);
    return { buffer, load, weigher, weigh };
  }

  /** Changes what a buffer holds without the device's knowledge. */
  const smuggle = (buffer: DeviceBuffer, value: number) =>
    device.view("f32", device.addressOf(buffer), size).fill(value);

  test("prepares before the first step, and not again while states stay", async () => {
    const { buffer, weigh, weigher } = await place();
    await device.write(buffer, new Float32Array(size).fill(1));
    expect(await weigh(1, 2)).toEqual([size, 2 * size]);
    smuggle(buffer, 3);
    expect(await weigh(1)).toEqual([size]);
    await weigher.dispose();
    device.free(buffer);
  });

  test("prepares again after a copy from outside, and after another program's step", async () => {
    const { buffer, weigh, weigher, load } = await place();
    const adder = await load(adding);
    await device.write(buffer, new Float32Array(size).fill(1));
    expect(await weigh(1)).toEqual([size]);
    await device.write(buffer, new Float32Array(size).fill(2));
    expect(await weigh(1, 1)).toEqual([4 * size, 4 * size]);
    await adder.run([{ x: [1] }, { x: [2] }]);
    expect(await weigh(1)).toEqual([25 * size]);
    // Those that are asked for at once take their turns.
    const results = [weigh(1), adder.run([{ x: [-5] }]), weigh(1), weigh(2)];
    expect(await Promise.all(results)).toEqual([[25 * size], [{}], [0], [0]]);
    await adder.dispose();
    await weigher.dispose();
    device.free(buffer);
  });

  test("a call without steps prepares nothing", async () => {
    const { buffer, weigh, weigher } = await place();
    expect(await weigh()).toEqual([]);
    smuggle(buffer, 1);
    expect(await weigh(1)).toEqual([size]);
    await weigher.dispose();
    device.free(buffer);
  });
});

describe("a compiled program", () => {
  const { machine } = new InterpreterDevice();
  const image = ops.input("image", { shape: [16, 12, 12, 8], dtype: "f32" });
  const filter = ops.state("filter", { shape: [3, 3, 8, 8], dtype: "f32" });
  const target = ops.input("target", { shape: [16, 12, 12, 8], dtype: "f32" });
  const result = ops.conv2d(image, filter, { padding: "same" });
  const namesOf = (stages: Program["stages"]) =>
    stages.flat().map(({ kernel }) => kernel.name.replace(/^k\d+\./, ""));
  const compileHere = (graph: Graph) => compile("test", graph, machine, ops);

  test("prepares Winograd's filters where no step writes them", () => {
    const program = compileHere({ outputs: { result }, updates: [] });
    expect(namesOf(program.preparation)).toEqual(["winogradFilter"]);
    expect(namesOf(program.stages)).not.toContain("winogradFilter");
    expect(program.preparedBytes).toBeGreaterThanOrEqual(4 * 36 * 8 * 8);
    expect(program.arenaBytes).toBeGreaterThanOrEqual(program.preparedBytes);
  });

  test("prepares nothing that its own steps change", () => {
    const next = ops.subtract(
      filter,
      ops.conv2dFilterGradient(image, target, {
        padding: "same",
        filterShape: filter.shape,
      }),
    );
    const program = compileHere({ outputs: { result }, updates: [{ state: filter, value: next }] });
    expect(program.preparation).toEqual([]);
    expect(program.preparedBytes).toBe(0);
    expect(namesOf(program.stages)).toContain("winogradFilter");
  });

  test("no step writes to what is prepared", () => {
    const other = ops.conv2d(ops.relu(result), filter, { padding: "same" });
    const program = compileHere({ outputs: { other }, updates: [] });
    const uses = program.stages.flat().map(usesOf);
    const made = program.preparation.flat().flatMap((launch) => [...usesOf(launch).writes]);
    const kept = made.filter((storage) => uses.some(({ reads }) => reads.has(storage)));
    expect(kept.length).toBeGreaterThan(0);
    const place = (at: (typeof made)[number]) => program.offsets.get(at) as number;
    for (const { writes } of uses) {
      for (const storage of [...writes].filter(({ isWorkspace }) => !isWorkspace)) {
        for (const held of kept) {
          const [a, b] = [place(storage), place(held)];
          expect(a + 4 * storage.size <= b || b + 4 * held.size <= a).toBe(true);
        }
      }
    }
    expect(allStages(program)).toHaveLength(program.preparation.length + program.stages.length);
  });
});
