// Kernels and programs that take long, or nothing, for tests of what may happen meanwhile.

import { type Kernel, still } from "../../../src/kernel/language.ts";
import type { Program } from "../../../src/kernel/program.ts";
import { KernelWriter } from "../../../src/kernel/writer.ts";

/** Writes 1 into `out[0]` after `rounds` rounds; every thread has a task. */
export function waitingKernel(lanes: number, rounds: number): Kernel {
  const w = new KernelWriter("waiting", lanes);
  const out = w.buffer("out", "f32", 64);
  w.parallel(4);
  const sum = w.variable(w.constant(0));
  w.loop(rounds, () => w.assign(sum, w.compute("divide", w.constant(1), w.constant(3))));
  w.store(w.access(out, still(0)), w.compute("maximum", sum, w.constant(1)));
  return w.finish();
}

/** The kernel `stages` times, one after the other, with one state and no inputs. */
export function waitingProgram(lanes: number, rounds: number, stages = 1): Program {
  const storage = { name: "out", dtype: "f32", size: 64 } as const;
  const kernel = waitingKernel(lanes, rounds);
  return {
    name: "waiting",
    inputs: [],
    outputs: [],
    states: [{ name: "out", storage, dtype: "f32", shape: [64] }],
    preparation: [],
    stages: Array.from({ length: stages }, () => [{ kernel, bindings: [storage] }]),
    offsets: new Map(),
    arenaBytes: 0,
    preparedBytes: 0,
    workspaceBytes: 0,
  };
}
