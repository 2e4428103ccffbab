// The machine's peak for a target: a kernel that does nothing but multiply and add in registers.

import type { Program } from "../kernel/program.ts";
import { KernelWriter } from "../kernel/writer.ts";
import type { Device } from "../machine/device.ts";
import { Stopwatch } from "./timing.ts";

/** Sums that do not wait for each other: enough to hide the latency of a multiply-add. */
const sums = 12;
const repeats = 1 << 16;
const tasks = 64;

/** The peak's kernel, ready to be timed beside something else. */
export interface PreparedPeak {
  readonly stopwatch: Stopwatch;
  /** GFLOP/s of one thread, for the time of a call. */
  rateOf(milliseconds: number): number;
  close(): void;
}

/** Calls whose median counts. */
const calls = 25;

/** GFLOP/s of one thread. */
export async function measurePeak(device: Device): Promise<number> {
  const peak = await preparePeak(device);
  const milliseconds = await peak.stopwatch.median(calls);
  peak.close();
  return peak.rateOf(milliseconds);
}

export async function preparePeak(device: Device): Promise<PreparedPeak> {
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
    preparation: [],
    stages: [[{ kernel: w.finish(), bindings: [storage] }]],
    offsets: new Map(),
    arenaBytes: 0,
    preparedBytes: 0,
    workspaceBytes: 0,
  };
  const place = device.allocate(4 * size);
  const executable = await device.load(program, new Map([["sums", place]]));
  const stopwatch = new Stopwatch(executable, () => ({}), 0);
  await stopwatch.warmUp();
  const flops = 2 * lanes * sums * repeats * tasks;
  return {
    stopwatch,
    rateOf: (milliseconds) => flops / milliseconds / 1e6 / device.threads,
    close() {
      void executable.dispose();
      device.free(place);
    },
  };
}
