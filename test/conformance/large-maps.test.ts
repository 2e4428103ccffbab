// Maps whose results no cache keeps, which go around the caches where they are aligned: on every target what the
// reference gives, and what a later stage and a later step read.

import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { Instruction } from "../../src/kernel/language.ts";
import type { Device } from "../../src/machine/device.ts";
import { runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
beforeAll(async () => {
  devices = await openTargets(3);
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const goesAround = (body: readonly Instruction[]): boolean =>
  body.some(
    (i) => (i.kind === "store" && i.aroundCaches) || (i.kind === "loop" && goesAround(i.body)),
  );

/** `[rows, channels]`, of which a later stage reads the neighbours of each. */
function mapOf(rows: number, channels: number): Node {
  const x = ops.input("x", { shape: [rows, channels], dtype: "f32" });
  const shift = ops.input("shift", { shape: [channels], dtype: "f32" });
  const y = ops.relu(ops.add(ops.multiply(x, x), shift));
  return ops.add(y, ops.sum(y, { axes: [0], keepDimensions: true }));
}

test.each([
  ["aligned", 2100, 1024],
  ["rows that begin anywhere", 2100, 1029],
])("%s", async (_, rows, channels) => {
  const random = new RandomStream(7, 2);
  const graph = { outputs: { y: mapOf(rows, channels) }, updates: [] };
  const shapes = { x: [rows, channels], shift: [channels] };
  const sources = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5) },
    ]),
  );
  const expected = runReference(graph, sources).outputs.y;
  const scale = Math.max(...expected.subarray(0, 10_000));
  for (const device of devices) {
    const program = compile("map", graph, device.machine, ops, { precision: "exact" });
    expect(program.stages.flat().some(({ kernel }) => goesAround(kernel.body))).toBe(true);
    const received = (await runProgram(device, program, sources)).outputs.y;
    let furthest = 0;
    expected.forEach((right: number, at: number) => {
      furthest = Math.max(furthest, Math.abs(right - received[at]));
    });
    expect(furthest, device.target).toBeLessThan(1e-5 * scale);
  }
});
