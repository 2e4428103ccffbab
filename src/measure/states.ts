// Memory for the states of a program that is timed alone.

import { bytesPerElement } from "../core/dtype.ts";
import type { Program } from "../kernel/program.ts";
import type { Device } from "../machine/device.ts";

/** Memory for all states of a program, filled with small numbers. */
export function allocateStates(device: Device, program: Program): Map<string, number> {
  return new Map(
    program.states.map(({ name, storage, dtype }) => {
      const address = device.allocate(storage.size * bytesPerElement[dtype]);
      const view = device.view(dtype, address, storage.size);
      for (let i = 0; i < view.length; i++) {
        view[i] = dtype === "f32" ? ((i % 13) - 6) * 0.01 : i % 7;
      }
      return [name, address];
    }),
  );
}
