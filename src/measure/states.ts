// Memory for the states of a program that is timed alone.

import { allocate, bytesPerElement } from "../core/dtype.ts";
import type { Program, ProgramValue } from "../kernel/program.ts";
import type { Device, DeviceBuffer, DeviceView } from "../machine/device.ts";

/** Memory for all states of a program; `valuesOf` makes what each holds. Default: zeros. */
export async function fillStates(
  device: Device,
  program: Program,
  valuesOf: (state: ProgramValue) => DeviceView | undefined,
): Promise<Map<string, DeviceBuffer>> {
  const buffers = new Map<string, DeviceBuffer>();
  for (const state of program.states) {
    const { name, storage, dtype } = state;
    const buffer = device.allocate(storage.size * bytesPerElement[dtype]);
    buffers.set(name, buffer);
    const values = valuesOf(state);
    if (values !== undefined) await device.write(buffer, values);
  }
  return buffers;
}

/** Memory for all states of a program, filled with small numbers. */
export function allocateStates(
  device: Device,
  program: Program,
): Promise<Map<string, DeviceBuffer>> {
  return fillStates(device, program, ({ dtype, storage }) => {
    const values = allocate(dtype, storage.size);
    for (let i = 0; i < values.length; i++) {
      values[i] = dtype === "f32" ? ((i % 13) - 6) * 0.01 : i % 7;
    }
    return values;
  });
}
