// Chooses a target and opens it. Floor 3. The choice is automatic unless told, and always comes with
// one line that says what was chosen.

import { ConfigError, TargetError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import type { Device } from "./device.ts";

/** The targets, each loaded when it is opened. */
const targets = {
  "x64-avx512": async (threads: number): Promise<Device> => {
    const { X64Device } = await import("./x64/index.ts");
    return X64Device.open({ threads, width: 512 });
  },
  "x64-avx2": async (threads: number): Promise<Device> => {
    const { X64Device } = await import("./x64/index.ts");
    return X64Device.open({ threads, width: 256 });
  },
  /** The widest vectors that the processor has. */
  x64: async (threads: number): Promise<Device> => {
    const { X64Device } = await import("./x64/index.ts");
    return X64Device.open({ threads });
  },
  wasm: async (threads: number): Promise<Device> => {
    const { WasmDevice } = await import("./wasm/index.ts");
    return WasmDevice.open({ threads });
  },
  interpreter: async (): Promise<Device> => {
    const { InterpreterDevice } = await import("./interpreter/index.ts");
    return new InterpreterDevice();
  },
} as const satisfies Record<string, (threads: number) => Promise<Device>>;

export type TargetName = keyof typeof targets;

export const targetNames = Object.keys(targets) as readonly TargetName[];

export interface DeviceOptions {
  /** `auto` (the default) takes the fastest that is available. */
  readonly target?: TargetName | "auto";
  /** Threads that compute; one a core unless told. */
  readonly threads?: number;
}

function inNode(): boolean {
  return typeof process !== "undefined" && process.versions?.node !== undefined;
}

/** How many threads this machine runs at once. */
async function coreCount(): Promise<number> {
  if (inNode()) {
    const { availableParallelism } = await import("node:os");
    return availableParallelism();
  }
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}

/**
 * Opens a device.
 *
 * @throws ConfigError where there is no such target, TargetError where it does not run here.
 * @example const device = await openDevice({ target: "wasm", threads: 2 });
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const { target = "auto", threads = await coreCount() } = options;
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 256) {
    throw new ConfigError({
      what: "The number of threads cannot be used.",
      expected: "a whole number from 1 to 256",
      received: String(threads),
    });
  }
  return target === "auto" ? openFastest(threads) : lookUp(targets, target, "target")(threads);
}

/** Machine code where it runs; a browser is not even asked. */
async function openFastest(threads: number): Promise<Device> {
  if (!inNode()) return targets.wasm(threads);
  try {
    return await targets.x64(threads);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const device = await targets.wasm(threads);
    notes.set(device, `x64 is not available: ${error.facts.what}`);
    return device;
  }
}

/** Why a device is not the one that was hoped for. */
const notes = new WeakMap<Device, string>();

/** One line that says where work is done, and why there, such as `wasm, 2 threads`. */
export function describeDevice(device: Device): string {
  const { target, threads } = device;
  const note = notes.get(device);
  const line = `${target}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return note === undefined ? line : `${line} (${note.replace(/\.$/, "")})`;
}

let shared: Promise<Device> | undefined;

/** The device that models share unless they are given one of their own. */
export function sharedDevice(): Promise<Device> {
  shared ??= openDevice();
  return shared;
}
