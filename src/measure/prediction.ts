// How long a program should take, by the cost model and the measured peak alone.

import { costOf, type KernelCost } from "../kernel/cost.ts";
import { type Kernel, taskCount } from "../kernel/language.ts";
import type { Program } from "../kernel/program.ts";
import type { Device } from "../machine/device.ts";

/** GHz, from the peak of one thread in GFLOP/s: two multiply-adds a cycle on all lanes. */
export function clockRate(peak: number, device: Device): number {
  return peak / (4 * device.machine.lanes);
}

/** Milliseconds of a step: all kernels one after another, without barriers. */
export function predictStep(program: Program, device: Device, peak: number): number {
  const launches = program.stages.flat();
  const cycles = launches.map(({ kernel }) =>
    cyclesOf(costOf(kernel, device.machine), kernel, device.threads),
  );
  return cycles.reduce((sum, value) => sum + value, 0) / clockRate(peak, device) / 1e6;
}

/** Cycles of the slowest of `threads` cores, when each takes an equal stretch of the tasks. */
export function cyclesOf(cost: KernelCost, kernel: Kernel, threads: number): number {
  const tasks = taskCount(kernel);
  return (cost.cycles / tasks) * Math.ceil(tasks / threads);
}
