// Memory of the operating system's own, and code in it. Addresses are reserved at once and get memory as
// it is asked for, so nothing is promised that is not used; code is written while its memory is writable,
// and run when it is executable and no longer writable (W^X). Each is one way for all systems, over the
// few functions of `system.ts`.

import { TargetError } from "../../core/errors.ts";
import type { Convention } from "./convention.ts";
import { type Koffi, loadKoffi, type NativeFunction, nativeHost, runPrototype } from "./koffi.ts";
import { pageBytes, roundUp } from "./page.ts";
import { posix } from "./posix.ts";
import type { System } from "./system.ts";
import { windows } from "./windows.ts";

/** Reserved addresses, of which the first part has memory. */
export interface NativeMemory {
  readonly address: number;
  /** All of it. What has no memory yet must not be touched. */
  readonly buffer: ArrayBuffer;
  /** Bytes from the start that have memory. */
  readonly committed: number;
  /** Lets the first `bytes` have memory, zeroed where it is new. @throws TargetError at a refusal. */
  commit(bytes: number): void;
  /**
   * Gives memory back at once, and so the addresses that never had any; the others when no view is
   * left that could read there.
   */
  retire(): void;
  /** Gives all back at once: nothing may look at it from then on. */
  release(): void;
}

/** Code that can be called. */
export interface NativeCode {
  readonly address: number;
  /** Gives its memory back; no thread may be in it. Twice is as good as once. */
  release(): void;
}

/** What the x64 target needs of a system. */
export interface Native {
  readonly convention: Convention;
  /** The address of a function that lets other threads run. */
  readonly letOthersRun: number;
  reserve(bytes: number): NativeMemory;
  /** Copies code into memory of its own, and makes that executable. */
  install(code: Uint8Array): NativeCode;
  /** The function at an address. */
  callable(address: number): NativeFunction;
}

/** What is still ours of a reservation. */
interface Addresses {
  readonly address: number;
  bytes: number;
}

/** Memory comes in pieces that end where the large pages of the processor do. */
const largePageBytes = 2 ** 21;

function createNative(koffi: Koffi, system: System): Native {
  const release = (held: Addresses) => {
    if (held.bytes > 0) system.release(held.address, held.bytes);
    held.bytes = 0;
  };
  const retired = new FinalizationRegistry<Addresses>(release);
  const signature = koffi.proto(runPrototype);
  const reserve = (wanted: number) => {
    const bytes = roundUp(wanted, pageBytes);
    const address = system.reserve(bytes);
    if (address === 0) throw refusal(bytes, "address space", "raise its limit (ulimit -v)");
    return { address, bytes };
  };
  const commit = (address: number, bytes: number) => {
    if (system.commit(address, bytes)) return;
    throw refusal(bytes, "memory", "use a smaller batch or fewer images, close other programs");
  };
  return {
    convention: system.convention,
    letOthersRun: system.letOthersRun,
    reserve(wanted) {
      const { address, bytes } = reserve(wanted);
      const buffer = koffi.view(BigInt(address), bytes);
      let committed = 0;
      const held: Addresses = { address, bytes };
      return {
        address,
        buffer,
        get committed() {
          return committed;
        },
        commit(end) {
          if (end <= committed) return;
          const next = Math.min(bytes, roundUp(address + end, largePageBytes) - address);
          commit(address + committed, next - committed);
          committed = next;
        },
        retire() {
          if (held.bytes === 0) return;
          system.discard(address, committed);
          if (system.releasesParts && committed < held.bytes) {
            system.release(address + committed, held.bytes - committed);
            held.bytes = committed;
          }
          retired.register(buffer, held);
        },
        release: () => release(held),
      };
    },
    install(code) {
      const { address, bytes } = reserve(code.length);
      let released = false;
      const release = () => {
        if (!released) system.release(address, bytes);
        released = true;
      };
      try {
        commit(address, bytes);
        new Uint8Array(koffi.view(BigInt(address), bytes)).set(code);
        if (system.makeExecutable(address, bytes)) return { address, release };
      } catch (error) {
        release();
        throw error;
      }
      release();
      throw new TargetError({
        what: "The system does not let memory become executable.",
        fix: "use --target wasm",
      });
    },
    callable: (address) => koffi.decode(BigInt(address), signature),
  };
}

function refusal(bytes: number, of: string, advice: string): TargetError {
  return new TargetError({
    what: `The system gave no ${of} to the x64 target.`,
    received: `a refusal for ${Math.ceil(bytes / 2 ** 20)} MiB`,
    fix: `${advice}, or use --target wasm`,
  });
}

/** The systems that are known. */
const systems: Readonly<Record<string, (koffi: Koffi) => System>> = {
  linux: (koffi) => posix(koffi, "linux"),
  darwin: (koffi) => posix(koffi, "darwin"),
  win32: windows,
};

let opened: Promise<Native> | undefined;

/** Opens the system, once a process. @throws TargetError where machine code cannot be run here. */
export function openNative(): Promise<Native> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Native> {
  const { architecture, system } = nativeHost();
  const isKnown = architecture === "x64" && Object.hasOwn(systems, system);
  const openSystem = isKnown ? systems[system] : undefined;
  if (openSystem === undefined) {
    throw new TargetError({
      what: "The x64 target does not run here.",
      expected: "x64 with Linux, macOS or Windows",
      received: `${architecture} with ${system}`,
      fix: "use --target wasm",
    });
  }
  const koffi = await loadKoffi();
  try {
    return createNative(koffi, openSystem(koffi));
  } catch (cause) {
    throw new TargetError({
      what: "The system lacks a function that the x64 target needs.",
      received: String(cause),
      fix: "use --target wasm",
      cause,
    });
  }
}
