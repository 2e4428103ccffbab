// Pooling of images that are large enough to be computed in parts, by whether windows leave the image: on every
// target what the reference gives, wherever the borders are.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { PoolOptions } from "../../src/graph/vocabulary.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets(3);
  devices = [new InterpreterDevice(machines[1]), ...targets];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

/** Images, windows, and how many kernels the windows of a pool take. */
const cases: [string, number[], PoolOptions, number][] = [
  ["no border", [1, 30, 28, 13], { size: [3, 3], strides: [1, 1] }, 1],
  ["a border all round", [2, 20, 19, 21], { size: [3, 3], strides: [1, 1], padding: "same" }, 9],
  [
    "one below and to the right",
    [1, 48, 46, 17],
    { size: [3, 3], strides: [2, 2], padding: "same" },
    4,
  ],
  ["columns alone", [3, 20, 33, 17], { size: [1, 5], strides: [1, 1], padding: "same" }, 3],
  [
    "windows that lie outside entirely",
    [1, 24, 25, 20],
    {
      size: [3, 3],
      strides: [1, 1],
      padding: { top: 4, bottom: 0, left: 0, right: 5 },
    },
    4,
  ],
  [
    "windows nearly as large as the image",
    [2, 12, 9, 60],
    { size: [11, 9], strides: [1, 1], padding: "same" },
    9,
  ],
];

const poolings: Record<string, (x: Node, options: PoolOptions) => Node> = {
  averages: ops.averagePool,
  "the largest": ops.maxPool,
  "averages of joined values": (x, options) =>
    ops.averagePool(ops.concatenate([x, ops.negate(x)], 3), options),
  "the gradient of averages": (x, options) =>
    ops.averagePoolGradient(ops.averagePool(x, options), { ...options, imageShape: x.shape }),
};

describe.each(cases)("%s", (_, shape, options, parts) => {
  test.each(Object.entries(poolings))("%s", async (name, pool) => {
    const random = new RandomStream(12, 3);
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.4);
    const y = pool(ops.input("x", { shape, dtype: "f32" }), options);
    const graph = { outputs: { y }, updates: [] };
    const sources = { x: { data, shape } };
    const expected = runReference(graph, sources).outputs.y;
    for (const device of devices) {
      const program = compile("pool", graph, device.machine, ops);
      if (name === "averages") expect(program.stages.flat()).toHaveLength(parts);
      const received = (await runProgram(device, program, sources)).outputs.y;
      const distances = Array.from(expected, (value, i) =>
        Object.is(value, received[i]) ? 0 : Math.abs(value - received[i]),
      );
      expect(Math.max(...distances), device.target).toBeLessThan(3e-6);
    }
  });
});
