// The machine's peak for a target: a kernel that does nothing but multiply and add in registers.
// Floor 6.

import type { Program } from "../kernel/program.ts";
import { KernelWriter } from "../kernel/writer.ts";
import type { Device } from "../machine/device.ts";
import { Stopwatch } from "./timing.ts";

/** Sums that do not wait for each other: enough to hide the latency of a multiply-add. */
const sums = 12;
const repeats = 1 << 16;
const tasks = 64;

/** Calls of which the fastest counts: a peak is what nothing disturbed. */
const calls = 40;

/** GFLOP/s of one thread. */
export async function measurePeak(device: Device): Promise<number> {
  const { lanes } = device.machine;
  const w = new KernelWriter("peak", lanes);
  const size = tasks * sums * lanes;
  const buffer = w.buffer("sums", "f32", size);
  const task = w.parallel(tasks);
  const at = (i: number) => ({
    offset: i * lanes,
    terms: task.terms.map((term) => ({ ...term, factor: sums * lanes })),
  });
  const values = Array.from({ length: sums }, (_, i) =>
    w.variable(w.loadVector(w.access(buffer, at(i)))),
  );
  const [a, b] = [w.loadVector(w.access(buffer, at(0))), w.loadVector(w.access(buffer, at(1)))];
  w.loop(repeats, () => {
    for (const value of values) w.assign(value, w.compute("multiplyAdd", a, b, value));
  });
  for (const [i, value] of values.entries()) w.store(w.access(buffer, at(i)), value);
  const storage = { name: "sums", dtype: "f32" as const, size };
  const program: Program = {
    name: "peak",
    inputs: [],
    outputs: [],
    states: [{ name: "sums", storage, dtype: "f32", shape: [size] }],
    stages: [[{ kernel: w.finish(), bindings: [storage] }]],
    offsets: new Map(),
    arenaBytes: 0,
    workspaceBytes: 0,
  };
  const address = device.allocate(4 * size);
  const executable = await device.load(program, new Map([["sums", address]]));
  const stopwatch = new Stopwatch(executable, () => ({}), 0);
  await stopwatch.warmUp();
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let call = 0; call < calls; call++) {
    milliseconds = Math.min(milliseconds, await stopwatch.time());
  }
  executable.dispose();
  device.free(address);
  const flops = 2 * lanes * sums * repeats * tasks;
  return flops / milliseconds / 1e6 / device.threads;
}
