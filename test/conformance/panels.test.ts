// Convolutions by taps that read their filter from panels, which a stage has packed before, turned round where they have
// to be: on every target what the reference gives, also with a last panel that is narrower.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { allStages } from "../../src/kernel/program.ts";
import type { Device } from "../../src/machine/device.ts";
import { runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";

let devices: Device[] = [];
beforeAll(async () => {
  devices = await openTargets(3);
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const image = [5, 11, 13, 21];
const x = ops.input("x", { shape: image, dtype: "f32" });
/** Filters are states, so packing them costs nothing in each step and is chosen. */
const filter = (...shape: number[]) => ops.state("filter", { shape, dtype: "f32" });
const gradient = (...shape: number[]) => ops.input("gradient", { shape, dtype: "f32" });

/** A convolution with 150 filters. */
function forward(taps: number, strides: number, dilation = 1): Node {
  return ops.conv2d(x, filter(taps, taps, 21, 150), {
    padding: "same",
    strides: [strides, strides],
    dilation: [dilation, dilation],
  });
}

/** Its input gradient, to 150 channels. */
function backward(taps: number, strides: number): Node {
  const [height, width] = [11, 13].map((size) => Math.ceil(size / strides));
  return ops.conv2dInputGradient(gradient(5, height, width, 21), filter(taps, taps, 150, 21), {
    padding: "same",
    strides: [strides, strides],
    imageShape: [5, 11, 13, 150],
  });
}

const rows = ops.input("rows", { shape: [70, 33], dtype: "f32" });
const cases: Record<string, Node> = {
  "1x1": forward(1, 1),
  "1x1, stride 2": forward(1, 2),
  "3x3": forward(3, 1),
  "3x3, stride 2": forward(3, 2),
  "3x3, dilated": forward(3, 1, 2),
  "the gradient of 1x1, stride 2": backward(1, 2),
  "the gradient of 3x3": backward(3, 1),
  "the gradient of 3x3, stride 2": backward(3, 2),
  "the gradient of 4x4, stride 3": backward(4, 3),
  matrices: ops.matmul(rows, filter(33, 150)),
  "matrices, the second turned": ops.matmul(rows, filter(150, 33), { transposeB: true }),
};

describe.each(Object.entries(cases))("%s", (_, y) => {
  test("as the reference has it", async () => {
    const random = new RandomStream(7, 45);
    const graph = { outputs: { y }, updates: [] };
    const options = { precision: "exact", prefer: "tapConvolution" } as const;
    const programs = devices.map(({ machine }) => compile("panels", graph, machine, ops, options));
    const { inputs, states } = programs[0];
    const sources = Object.fromEntries(
      [...inputs, ...states].map(({ name, shape }) => [
        name,
        { data: Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5), shape },
      ]),
    );
    const expected = runReference(graph, sources).outputs.y;
    for (const [i, device] of devices.entries()) {
      const kernels = allStages(programs[i])
        .flat()
        .map(({ kernel }) => kernel.name.split(".")[1]);
      expect(kernels, device.target).toContain("pack");
      expect(kernels, device.target).toContain("convolution");
      // Two steps: the second reads what the first has packed.
      const received = (await runProgram(device, programs[i], sources, 2)).outputs.y;
      let furthest = 0;
      expected.forEach((right: number, at: number) => {
        furthest = Math.max(furthest, Math.abs(right - received[at]));
      });
      expect(furthest, device.target).toBeLessThan(1e-5);
    }
  });
});
