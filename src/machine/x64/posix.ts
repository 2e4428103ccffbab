// Linux and macOS, as far as the x64 target needs them. Source: POSIX.1-2017, mmap and its kin; the
// numbers are those of both systems' headers.

import { conventions } from "./convention.ts";
import type { Koffi } from "./koffi.ts";
import type { System } from "./system.ts";

const noAccess = 0;
const readWrite = 3;
const readExecute = 5;
const dontNeed = 4;

/** Private, of no file, and no promise of memory for all of it: the flags differ. */
const reservation = { linux: 0x4022, darwin: 0x1042 };

export function posix(koffi: Koffi, platform: keyof typeof reservation): System {
  // The process itself has the C library, whichever that is.
  const libc = koffi.load(null);
  const mmap = libc.func(
    "uintptr_t mmap(uintptr_t address, size_t bytes, int protection, int flags, int file, int64_t at)",
  );
  const mprotect = libc.func("int mprotect(uintptr_t address, size_t bytes, int protection)");
  const madvise = libc.func("int madvise(uintptr_t address, size_t bytes, int advice)");
  const munmap = libc.func("int munmap(uintptr_t address, size_t bytes)");
  return {
    convention: conventions.systemV,
    letOthersRun: Number(koffi.address(libc.symbol("sched_yield"))),
    releasesParts: true,
    reserve(bytes) {
      const address = Number(mmap(0, bytes, noAccess, reservation[platform], -1, 0));
      // A refusal is the largest number that there is.
      return address < 2 ** 52 ? address : 0;
    },
    commit: (address, bytes) => mprotect(address, bytes, readWrite) === 0,
    makeExecutable: (address, bytes) => mprotect(address, bytes, readExecute) === 0,
    discard: (address, bytes) => void madvise(address, bytes, dontNeed),
    release: (address, bytes) => void munmap(address, bytes),
  };
}
