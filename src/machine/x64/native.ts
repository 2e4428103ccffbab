// Memory of the operating system's own, and code in it. Floor 3. The one file that speaks to the system,
// through the optional package koffi. Code is written while its memory is writable, and run when it is
// executable and no longer writable (W^X).

import { TargetError } from "../../core/errors.ts";

/** A function of machine code: three whole numbers in, nothing out. */
export type NativeFunction = (a: number, b: number, c: number) => void;

/** What the x64 target needs of a system. */
export interface Native {
  /** Reserved bytes, zeroed, given real memory when first touched. */
  reserve(bytes: number): { readonly address: number; readonly buffer: ArrayBuffer };
  /** Copies code into memory of its own, and makes that executable. */
  install(code: Uint8Array): { readonly address: number };
  release(address: number, bytes: number): void;
  /** Gives real memory back at once, and its addresses when no view is left that could read there. */
  retire(memory: { readonly address: number; readonly buffer: ArrayBuffer }): void;
  /** The function at an address. */
  callable(address: number): NativeFunction;
}

/** A program's `run`. It has no name: koffi refuses the same one twice. */
export const runPrototype = "void (int64_t thread, int64_t threads, int64_t steps)";

const pageBytes = 4096;
const roundUp = (bytes: number) => Math.ceil(bytes / pageBytes) * pageBytes;

/** The parts of koffi that are used. */
interface Koffi {
  load(name: null): { func(definition: string): (...args: unknown[]) => unknown };
  address(pointer: unknown): bigint;
  view(pointer: unknown, bytes: number): ArrayBuffer;
  proto(definition: string): unknown;
  decode(pointer: unknown, type: unknown): NativeFunction;
}

async function loadKoffi(): Promise<Koffi> {
  try {
    const module = (await import("koffi")) as unknown as { default: Koffi };
    return module.default;
  } catch (cause) {
    throw new TargetError({
      what: "The x64 target needs the package koffi, which could not be loaded.",
      fix: "install it (npm install koffi), or use --target wasm",
      cause,
    });
  }
}

/** Protections, advice and flags of POSIX; the flags differ between Linux and macOS. */
const readWrite = 3;
const readExecute = 5;
const dontNeed = 4;
const privateAnonymous: Partial<Record<NodeJS.Platform, number>> = {
  linux: 0x4022,
  darwin: 0x1042,
};

function posix(koffi: Koffi): Native {
  const flags = privateAnonymous[process.platform] as number;
  // The process itself has the C library, whichever that is.
  const libc = koffi.load(null);
  const mmap = libc.func(
    "void *mmap(void *address, size_t length, int protection, int flags, int file, int64_t offset)",
  );
  const mprotect = libc.func("int mprotect(uintptr_t address, size_t length, int protection)");
  const munmap = libc.func("int munmap(uintptr_t address, size_t length)");
  const madvise = libc.func("int madvise(uintptr_t address, size_t length, int advice)");
  const retired = new FinalizationRegistry<{ address: number; bytes: number }>(
    ({ address, bytes }) => munmap(address, bytes),
  );
  const map = (bytes: number) => {
    const pointer = mmap(null, bytes, readWrite, flags, -1, 0);
    const address = Number(koffi.address(pointer));
    if (address <= 0 || address >= 2 ** 52) {
      throw new TargetError({
        what: "The system gave no memory to the x64 target.",
        received: `a refusal for ${Math.ceil(bytes / 2 ** 20)} MiB`,
        fix: "raise the limit of address space (ulimit -v), or use --target wasm",
      });
    }
    return { pointer, address };
  };
  const signature = koffi.proto(runPrototype);
  return {
    reserve(bytes) {
      const { pointer, address } = map(roundUp(bytes));
      return { address, buffer: koffi.view(pointer, bytes) };
    },
    install(code) {
      const bytes = roundUp(code.length);
      const { pointer, address } = map(bytes);
      new Uint8Array(koffi.view(pointer, bytes)).set(code);
      if (mprotect(address, bytes, readExecute) !== 0) {
        munmap(address, bytes);
        throw new TargetError({
          what: "The system does not let memory become executable.",
          fix: "use --target wasm",
        });
      }
      return { address };
    },
    release(address, bytes) {
      munmap(address, roundUp(bytes));
    },
    retire({ address, buffer }) {
      const bytes = roundUp(buffer.byteLength);
      madvise(address, bytes, dontNeed);
      retired.register(buffer, { address, bytes });
    },
    callable: (address) => koffi.decode(BigInt(address), signature),
  };
}

let opened: Promise<Native> | undefined;

/** Opens the system, once a process. @throws TargetError where machine code cannot be run here. */
export function openNative(): Promise<Native> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Native> {
  const supported = process.arch === "x64" && privateAnonymous[process.platform] !== undefined;
  if (!supported) {
    throw new TargetError({
      what: "The x64 target does not run here.",
      expected: "x64 with Linux or macOS",
      received: `${process.arch} with ${process.platform}`,
      fix: "use --target wasm",
    });
  }
  return posix(await loadKoffi());
}
