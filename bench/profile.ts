// Where a program's time goes: each of its kernels run alone, many times. What runs together in a
// stage is timed apart, so the parts may add up to more than the whole.

import { bytesPerElement } from "../src/core/dtype.ts";
import type { Program } from "../src/kernel/program.ts";
import type { Device, Executable, StepInputs } from "../src/machine/device.ts";

/** The time of one kernel. */
export interface KernelTime {
  readonly name: string;
  readonly milliseconds: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Memory for all states of a program, filled with small numbers. */
export function allocateStates(device: Device, program: Program): Map<string, number> {
  return new Map(
    program.states.map(({ name, storage, dtype }) => {
      const address = device.allocate(storage.size * bytesPerElement[dtype]);
      const view = device.view(dtype, address, storage.size);
      for (let i = 0; i < view.length; i++)
        view[i] = dtype === "f32" ? ((i % 13) - 6) * 0.01 : i % 7;
      return [name, address];
    }),
  );
}

export function zeroInputs(program: Program): StepInputs {
  return Object.fromEntries(
    program.inputs.map(({ name, storage }) => [name, new Float64Array(storage.size)]),
  );
}

/** Milliseconds of one step, the median of `repeats`, after the engine has optimised the code. */
export async function timeSteps(
  executable: Executable,
  inputs: StepInputs,
  repeats: number,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < repeats + 3; i++) {
    const start = performance.now();
    await executable.run([inputs]);
    if (i >= 3) times.push(performance.now() - start);
  }
  return median(times);
}

/** The time of every kernel of a program, in order. */
export async function profile(
  device: Device,
  program: Program,
  states: ReadonlyMap<string, number>,
  repeats = 10,
): Promise<KernelTime[]> {
  const times: KernelTime[] = [];
  for (const stage of program.stages) {
    for (const launch of stage) {
      const executable = await device.load({ ...program, stages: [[launch]] }, states);
      const milliseconds = await timeSteps(executable, zeroInputs(program), repeats);
      executable.dispose();
      times.push({ name: launch.kernel.name, milliseconds });
    }
  }
  return times;
}
