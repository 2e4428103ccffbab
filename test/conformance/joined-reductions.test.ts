// Reductions of the same elements: several sums, or several largest, in one way through memory, whatever
// the axes, and on every target what each gives alone.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...machines.map((machine) => new InterpreterDevice(machine)), ...targets];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const cases: [number[], number[]][] = [
  [[7], [0]],
  [[2, 3, 5], [2]],
  [
    [2, 3, 5],
    [0, 1],
  ],
  [
    [3, 4, 4, 17],
    [0, 1, 2],
  ],
  [[5, 9, 33], [1]],
  [[9, 70], [1]],
  [
    [40, 21, 6],
    [0, 2],
  ],
  [
    [6, 40, 40, 19],
    [0, 1, 2],
  ],
  [[2, 3, 9000], [2]],
  [[70000], [0]],
];

describe("reductions of the same elements", () => {
  test.each(cases)("of %j over %j are those of each alone", async (shape, axes) => {
    const random = new RandomStream(6, 1);
    const fill = () => Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.4);
    const [x, y] = ["x", "y"].map((name) => ops.input(name, { shape, dtype: "f32" }));
    const sources = { x: { data: fill(), shape }, y: { data: fill(), shape } };
    const sum = (node: typeof x) => ops.sum(node, { axes });
    const outputs = {
      of: sum(x),
      // With what joins a result, and with a second input.
      squares: ops.squareRoot(ops.add(sum(ops.multiply(x, x)), ops.constant(1))),
      products: sum(ops.multiply(x, y)),
      // Another way to join, which has a kernel of its own.
      largest: ops.reduceMaximum(x, { axes }),
    };
    const graph = { outputs, updates: [] };
    const expected = runReference(graph, sources).outputs;
    for (const device of devices) {
      const program = compile("joined", graph, device.machine, ops);
      const source = program.inputs.find(({ name }) => name === "x")?.storage;
      const launches = program.stages.flat();
      const readers = launches.filter(({ bindings }) => bindings.some((b) => b === source));
      const clusters = new Set(readers.map(({ kernel }) => kernel.name.split(".")[0]));
      expect(clusters.size).toBe(2);
      const { outputs: received } = await runProgram(device, program, sources);
      for (const [name, values] of Object.entries(expected)) {
        const scale = 1 + Math.max(...Array.from(values, Math.abs));
        values.forEach((value, i) => {
          expect(Math.abs(received[name][i] - value)).toBeLessThan(3e-6 * scale);
        });
      }
    }
  });
});
