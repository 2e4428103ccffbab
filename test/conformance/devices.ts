// The targets that compute here, for tests that try all of them.

import type { Device } from "../../src/machine/device.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { X64Device } from "../../src/machine/x64/index.ts";
import { widths } from "../machine/x64/widths.ts";

/** A device of each target that emits code: `wasm`, and x64 in each width that this processor has. */
export async function openTargets(threads = 2): Promise<Device[]> {
  const present = widths.filter(({ missing }) => missing === undefined);
  return Promise.all([
    WasmDevice.open({ threads }),
    ...present.map(({ width }) => X64Device.open({ threads, width })),
  ]);
}
