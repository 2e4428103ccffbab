// Every schedule of convolutions wherever it applies, whether it would be chosen or not, on every target,
// against the reference. Values are multiples of ¼ that f32 adds up without rounding, so that all but
// Winograd's must come out exactly.

import { afterAll, beforeAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/shape.ts";
import { atOnce } from "../../src/core/slices.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import type { Graph } from "../../src/graph/graph.ts";
import type { Node } from "../../src/graph/op.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import { schedules } from "../../src/kernel/schedules/index.ts";
import { verifyProgram } from "../../src/kernel/verify.ts";
import type { Device } from "../../src/machine/device.ts";
import { InterpreterDevice } from "../../src/machine/interpreter/index.ts";
import { machines, runProgram, runReference } from "./compiled.ts";
import { openTargets } from "./devices.ts";
import { relativeError } from "./samples.ts";

let devices: Device[] = [];
beforeAll(async () => {
  const targets = await openTargets();
  devices = [...targets, ...machines.map((machine) => new InterpreterDevice(machine))];
});
afterAll(() => Promise.all(devices.map((device) => device.close())));

const input = (name: string, ...shape: number[]) => ops.input(name, { shape, dtype: "f32" });

interface Sizes {
  readonly image: Shape;
  readonly filter: Shape;
  readonly strides?: readonly [number, number];
  readonly groups?: number;
}

/** All three passes; the forward one with an epilogue that reads along every axis. */
function passesOf({ image, filter, ...rest }: Sizes): Record<string, Node> {
  const options = { padding: "same", ...rest } as const;
  const [x, f] = [input("x", ...image), input("f", ...filter)];
  const y = ops.conv2d(x, f, options);
  const [residual, bias] = [input("residual", ...y.shape), input("bias", y.shape[3])];
  return {
    forward: ops.relu(ops.add(ops.add(y, bias), residual)),
    inputGradient: ops.conv2dInputGradient(input("g", ...y.shape), f, {
      ...options,
      imageShape: image,
    }),
    filterGradient: ops.conv2dFilterGradient(x, input("g", ...y.shape), {
      ...options,
      filterShape: filter,
    }),
  };
}

const cases: Record<string, Record<string, Node>> = {
  "3x3, few channels": passesOf({ image: [9, 7, 19, 2], filter: [3, 3, 2, 2] }),
  "3x3": passesOf({ image: [2, 9, 6, 7], filter: [3, 3, 7, 18] }),
  "3x3, one filter a channel": passesOf({
    image: [2, 6, 5, 6],
    filter: [3, 3, 1, 6],
    groups: 6,
  }),
  "3x3, stride 2, groups": passesOf({
    image: [2, 7, 6, 6],
    filter: [3, 3, 3, 4],
    strides: [2, 2],
    groups: 2,
  }),
  "1x1": passesOf({ image: [3, 5, 6, 21], filter: [1, 1, 21, 35] }),
  "1x1, many channels": passesOf({ image: [2, 3, 3, 405], filter: [1, 1, 405, 70] }),
  "1x1, one channel": passesOf({ image: [2, 5, 4, 1], filter: [1, 1, 1, 3] }),
  "1x1, one filter": passesOf({ image: [2, 5, 4, 3], filter: [1, 1, 3, 1] }),
  products: {
    plain: ops.matmul(input("a", 33, 200), input("b", 200, 65)),
    turnedA: ops.matmul(input("a", 210, 33), input("b", 210, 17), { transposeA: true }),
    turnedB: ops.matmul(input("a", 33, 30), input("b", 65, 30), { transposeB: true }),
    "one row": ops.matmul(input("a", 1, 500), input("b", 500, 9)),
    "long sums": ops.matmul(input("a", 2, 17000), input("b", 17000, 3)),
  },
};

/** Multiples of ¼ between -2 and 2 for every input. */
function valuesFor(node: Node): Record<string, Tensor> {
  const found: Record<string, Tensor> = {};
  const visit = ({ inputs, op, shape, attributes }: Node) => {
    inputs.forEach(visit);
    if (op.name !== "input") return;
    const { name } = attributes as { readonly name: string };
    const random = new RandomStream(sizeOf(shape), name.length);
    const quarter = () => (random.below(17) - 8) / 4;
    found[name] = { data: Float64Array.from({ length: sizeOf(shape) }, quarter), shape };
  };
  visit(node);
  return found;
}

const names = schedules.vectors.convolution.map(({ name }) => name);

test.each(names)(
  "%s gives what the reference gives, wherever it applies",
  async (prefer) => {
    const tolerance = prefer.startsWith("winograd") ? 1e-5 : 0;
    for (const [what, nodes] of Object.entries(cases)) {
      for (const [pass, result] of Object.entries(nodes)) {
        const graph: Graph = { outputs: { result }, updates: [] };
        const sources = valuesFor(result);
        const expected = runReference(graph, sources).outputs.result;
        for (const device of devices) {
          const precision = tolerance > 0 ? "fast" : "exact";
          const program = compile("test", graph, device.machine, ops, { prefer, precision });
          atOnce(verifyProgram(program));
          const received = (await runProgram(device, program, sources)).outputs.result;
          const error = relativeError(received, expected);
          expect(
            error,
            `${what}, ${pass}, on ${device.target} with ${device.machine.lanes} lanes`,
          ).toBeLessThanOrEqual(tolerance);
        }
      }
    }
  },
  60_000,
);
