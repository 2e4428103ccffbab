// Reductions over values that follow each other: sums, largest elements and windows of them are on every
// target what they are of the values in one piece.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runCompiled, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...machines.map((machine) => new InterpreterDevice(machine)), ...targets];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

/** What is made of the joined values. */
const reductions: Record<string, (x: Node) => Node> = {
  "a mean of pixels": (x) => ops.mean(x, { axes: [1, 2] }),
  "a mean of pixels, scaled by channel": (x) => {
    const scale = ops.input("scale", { shape: [x.shape[3]], dtype: "f32" });
    return ops.multiply(ops.mean(x, { axes: [1, 2] }), scale);
  },
  "the largest of pixels": (x) => ops.reduceMaximum(x, { axes: [1, 2] }),
  "a sum over images": (x) => ops.sum(x, { axes: [0] }),
  "a sum over channels": (x) => ops.sum(x, { axes: [3] }),
  "windows that average": (x) => ops.averagePool(x, { size: [3, 3], padding: "same" }),
  "windows that take the largest": (x) => ops.maxPool(x, { size: [2, 2] }),
};

/** Channels of each value; 33 of one are more than all targets read side by side. */
const parts = [
  [8, 3, 12],
  [1, 1],
  [5, 33],
  [16, 16, 32],
  [130, 7],
];

describe.each(parts.map((channels) => ({ channels })))("$channels channels", ({ channels }) => {
  test.each(Object.keys(reductions))("%s", async (name) => {
    const random = new RandomStream(8, channels.length);
    const shapes = Object.fromEntries(channels.map((count, i) => [`x${i}`, [2, 6, 5, count]]));
    const values = Object.entries(shapes).map(([x, shape]) =>
      ops.input(x, { shape, dtype: "f32" }),
    );
    const y = reductions[name](ops.concatenate(values, 3));
    const fill = (shape: readonly number[]) => ({
      data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.4),
      shape,
    });
    const sources = {
      ...Object.fromEntries(Object.entries(shapes).map(([x, shape]) => [x, fill(shape)])),
      scale: fill([channels.reduce((a, b) => a + b)]),
    };
    const graph = { outputs: { y }, updates: [] };
    const expected = runReference(graph, sources).outputs.y;
    for (const device of devices) {
      const received = (await runCompiled(device, graph, sources)).outputs.y;
      const distances = Array.from(expected, (value, i) => Math.abs(value - received[i]));
      expect(Math.max(...distances), device.target).toBeLessThan(3e-5);
    }
  });
});
