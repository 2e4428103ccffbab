// Compiles a graph, runs it on a device, and reads back what it left there; and the same by the
// reference, to compare.

import { allocate, bytesPerElement, type NumericArray } from "../../src/core/dtype.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { Tensor } from "../../src/core/tensor.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { type Graph, sourceName } from "../../src/graph/graph.ts";
import { ops } from "../../src/graph/ops/index.ts";
import { compile } from "../../src/kernel/compile.ts";
import type { MachineDescription } from "../../src/kernel/machine-description.ts";
import type { Program } from "../../src/kernel/program.ts";
import type { Precision } from "../../src/kernel/schedules/schedule.ts";
import type { Device, DeviceBuffer } from "../../src/machine/device.ts";

const caches = {
  execution: "vectors",
  cacheBytes: 32 << 10,
  secondCacheBytes: 1 << 20,
} as const;

/** The machines that schedules are tried for: narrow, wide, and wide with a large loop body. */
export const machines: readonly MachineDescription[] = [
  { ...caches, lanes: 4, registers: 15, foldsBroadcast: false, bodySteps: 1, prefetches: false },
  {
    ...caches,
    lanes: 8,
    registers: 16,
    foldsBroadcast: true,
    bodySteps: 3,
    prefetches: true,
    cacheBytes: 512,
  },
  { ...caches, lanes: 16, registers: 32, foldsBroadcast: true, bodySteps: 64, prefetches: true },
];

/** The values of inputs and states, by name. */
export type Sources = Readonly<Record<string, Tensor>>;

/** What some steps leave behind: the last one's outputs, and the states. */
export interface Outcome {
  readonly outputs: Readonly<Record<string, NumericArray>>;
  readonly states: Readonly<Record<string, NumericArray>>;
}

/** The outcome of one step, compiled for `device` and run there; with plain sums unless told. */
export function runCompiled(
  device: Device,
  graph: Graph,
  sources: Sources,
  precision: Precision = "exact",
): Promise<Outcome> {
  const program = compile("test", graph, device.machine, ops, { precision });
  return runProgram(device, program, sources);
}

/** The outcome of `steps` steps with the same inputs. */
export async function runProgram(
  device: Device,
  program: Program,
  sources: Sources,
  steps = 1,
): Promise<Outcome> {
  const buffers = new Map<string, DeviceBuffer>();
  for (const { name, dtype, shape } of program.states) {
    const buffer = device.allocate(sizeOf(shape) * bytesPerElement[dtype]);
    const values = allocate(dtype, sizeOf(shape));
    values.set(sources[name].data);
    await device.write(buffer, values);
    buffers.set(name, buffer);
  }
  const executable = await device.load(program, buffers, { stepsAtOnce: steps });
  const inputs = Object.fromEntries(program.inputs.map(({ name }) => [name, sources[name].data]));
  const results = await executable.run(new Array(steps).fill(inputs));
  const states: Record<string, NumericArray> = {};
  for (const { name, dtype, shape } of program.states) {
    const buffer = buffers.get(name) as DeviceBuffer;
    states[name] = await device.read(buffer, dtype, sizeOf(shape));
  }
  executable.dispose();
  for (const buffer of buffers.values()) device.free(buffer);
  return { outputs: results[steps - 1], states };
}

/** The outcome of one step by the ops' own loops, in f64; states that no update changes are left out. */
export function runReference(graph: Graph, sources: Sources): Outcome {
  const outputs = Object.entries(graph.outputs);
  const values = evaluate(
    [...outputs.map(([, node]) => node), ...graph.updates.map(({ value }) => value)],
    sources,
  ).map(({ data }) => data);
  return {
    outputs: Object.fromEntries(outputs.map(([name], i) => [name, values[i]])),
    states: Object.fromEntries(
      graph.updates.map(({ state }, i) => [sourceName(state), values[outputs.length + i]]),
    ),
  };
}
