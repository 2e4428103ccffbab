// Memory for the states of a program that is timed alone.

import { allocate, bytesPerElement } from "../core/dtype.ts";
import type { Program, ProgramValue } from "../kernel/program.ts";
import type { Device, DeviceBuffer, DeviceView } from "../machine/device.ts";

/** Memory for all states of a program; `fill` says what each holds, in an array of zeros. */
export async function fillStates(
  device: Device,
  program: Program,
  fill: (values: DeviceView, state: ProgramValue) => void,
): Promise<Map<string, DeviceBuffer>> {
  const buffers = new Map<string, DeviceBuffer>();
  for (const state of program.states) {
    const { name, storage, dtype } = state;
    const buffer = device.allocate(storage.size * bytesPerElement[dtype]);
    buffers.set(name, buffer);
    const values = allocate(dtype, storage.size);
    fill(values, state);
    await device.write(buffer, values);
  }
  return buffers;
}

/** Memory for all states of a program, filled with small numbers. */
export function allocateStates(
  device: Device,
  program: Program,
): Promise<Map<string, DeviceBuffer>> {
  return fillStates(device, program, (values, { dtype }) => {
    for (let i = 0; i < values.length; i++) {
      values[i] = dtype === "f32" ? ((i % 13) - 6) * 0.01 : i % 7;
    }
  });
}
