// Convolutions whose images and results do not fit a core's caches, where code asks for what it reads next: on
// every target what the reference gives.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
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

const padding = "same" as const;
const value = (name: string, ...shape: number[]) => ops.input(name, { shape, dtype: "f32" });
const image = [3, 31, 29, 102];
const x = value("x", ...image);
const gradient = value("gradient", 3, 31, 29, 100);

const cases: Record<string, Node> = {
  "pointwise, with what is added to it": ops.relu(
    ops.add(ops.conv2d(x, value("filter", 1, 1, 102, 100), { padding }), gradient),
  ),
  "3x3, stride 2": ops.conv2d(x, value("filter", 3, 3, 102, 5), { padding, strides: [2, 2] }),
  depthwise: ops.conv2d(x, value("filter", 3, 3, 1, 102), { padding, groups: 102 }),
  "the gradient of a pointwise one's image": ops.conv2dInputGradient(
    gradient,
    value("filter", 1, 1, 102, 100),
    { padding, imageShape: image },
  ),
  "the gradient of its filter": ops.conv2dFilterGradient(x, gradient, {
    padding,
    filterShape: [1, 1, 102, 100],
  }),
};

const hasPrefetch = (body: readonly Instruction[]): boolean =>
  body.some((i) => i.kind === "prefetch" || (i.kind === "loop" && hasPrefetch(i.body)));

describe.each(Object.entries(cases))("%s", (_, y) => {
  test.each([undefined, "tapConvolution", "filterGradient", "matrixProduct"])(
    "%s",
    async (prefer) => {
      const random = new RandomStream(4, 9);
      const graph = { outputs: { y }, updates: [] };
      const options = { precision: "exact", ...(prefer === undefined ? {} : { prefer }) } as const;
      const programs = devices.map(({ machine }) => compile("large", graph, machine, ops, options));
      const sources = Object.fromEntries(
        programs[0].inputs.map(({ name, shape }) => [
          name,
          {
            data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5),
            shape,
          },
        ]),
      );
      const expected = runReference(graph, sources).outputs.y;
      const scale = Math.max(...Array.from(expected.subarray(0, 10_000), Math.abs));
      for (const [i, device] of devices.entries()) {
        const kernels = programs[i].stages.flat().map(({ kernel }) => kernel);
        const asks = kernels.some(({ body }) => hasPrefetch(body));
        if (!device.machine.prefetches) expect(asks).toBe(false);
        else if (prefer === undefined || prefer === "tapConvolution") expect(asks).toBe(true);
        const received = (await runProgram(device, programs[i], sources)).outputs.y;
        let furthest = 0;
        expected.forEach((right: number, at: number) => {
          furthest = Math.max(furthest, Math.abs(right - received[at]));
        });
        expect(furthest, device.target).toBeLessThan(1e-5 * scale);
      }
    },
  );
});
