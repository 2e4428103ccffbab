// Chooses a target and opens it. The choice is automatic by default, and always comes with one line that
// says what was chosen, and why.

import { platform } from "#platform";
import { ConfigError, TargetError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { type OptionNames, requireKnownOptions } from "../core/option.ts";
import type { WebUrl } from "../core/web.ts";
import type { Device } from "./device.ts";

/** What a target is opened with. */
interface Opening {
  readonly threads: number;
  readonly workerUrl?: string | WebUrl;
}

/** The targets, each loaded when it is opened. */
const targets = {
  "x64-avx512": async ({ threads }: Opening): Promise<Device> => {
    const { X64Device } = await import("#x64");
    return X64Device.open({ threads, width: 512 });
  },
  "x64-avx2": async ({ threads }: Opening): Promise<Device> => {
    const { X64Device } = await import("#x64");
    return X64Device.open({ threads, width: 256 });
  },
  /** The widest vectors that the processor has. */
  x64: async ({ threads }: Opening): Promise<Device> => {
    const { X64Device } = await import("#x64");
    return X64Device.open({ threads });
  },
  wasm: async (opening: Opening): Promise<Device> => {
    const { WasmDevice } = await import("./wasm/index.ts");
    return WasmDevice.open(opening);
  },
  interpreter: async (): Promise<Device> => {
    const { InterpreterDevice } = await import("./interpreter/index.ts");
    return new InterpreterDevice();
  },
} as const satisfies Record<string, (opening: Opening) => Promise<Device>>;

export type TargetName = keyof typeof targets;

export const targetNames = Object.keys(targets) as readonly TargetName[];

export interface DeviceOptions {
  /** Default: `auto`, the fastest that is available. */
  readonly target?: TargetName | "auto";
  /**
   * Threads that compute, 1 to 256. Default: one a core that this process may use, by its affinity
   * and the quota of its container.
   */
  readonly threads?: number;
  /**
   * Address of the worker's script, for web pages whose Content-Security-Policy forbids workers from
   * `blob:`. Serve the package's `fovea/wasm-worker.js` there. Default: made from a string.
   */
  readonly workerUrl?: string | WebUrl;
}

const deviceOptionNames: OptionNames<DeviceOptions> = {
  target: true,
  threads: true,
  workerUrl: true,
};

/** The most threads that a device can have. */
const mostThreads = 256;

/**
 * Opens a device.
 *
 * @throws ConfigError where there is no such target, TargetError where it does not run here.
 * @example const device = await openDevice({ target: "wasm", threads: 2 });
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  requireKnownOptions("openDevice", options, deviceOptionNames, '{ target: "wasm", threads: 2 }');
  const { target = "auto", workerUrl } = options;
  const threads = options.threads ?? defaultThreads();
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ConfigError({
      what: "The number of threads cannot be used.",
      expected: `a whole number from 1 to ${mostThreads}`,
      received: String(threads),
    });
  }
  const opening = { threads, ...(workerUrl === undefined ? {} : { workerUrl }) };
  return target === "auto" ? openFastest(opening) : lookUp(targets, target, "target")(opening);
}

/** One thread a core, fewer where the limit of the address space leaves no room for all. */
function defaultThreads(): number {
  const { threads } = platform;
  return Math.max(1, Math.min(mostThreads, threads.count(), threads.room()));
}

/** Machine code where it runs, then WebAssembly, then the interpreter, which is slow but always runs. */
async function openFastest(opening: Opening): Promise<Device> {
  const reasons: string[] = [];
  // A browser is not even asked for machine code.
  for (const target of platform.native === undefined
    ? (["wasm"] as const)
    : (["x64", "wasm"] as const)) {
    try {
      const device = await targets[target](opening);
      notes.set(device, reasons);
      return device;
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      reasons.push(`${target} is not available: ${error.facts.what.replace(/\.$/, "")}`);
    }
  }
  const device = await targets.interpreter();
  notes.set(device, reasons);
  return device;
}

/** Why a device is not the one that was hoped for. */
const notes = new WeakMap<Device, readonly string[]>();

/** One line that says where work is done, and why there, such as `wasm, 2 threads`. */
export function describeDevice(device: Device): string {
  const { target, threads, remark } = device;
  const line = `${target}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  const all = [...(remark === undefined ? [] : [remark]), ...(notes.get(device) ?? [])];
  return all.length === 0 ? line : `${line} (${all.join("; ")})`;
}

let shared: Promise<Device> | undefined;

/** The device that models share unless they are given one of their own. */
export function sharedDevice(): Promise<Device> {
  shared ??= openDevice().catch((error) => {
    // What comes next may find more room.
    shared = undefined;
    throw error;
  });
  return shared;
}
