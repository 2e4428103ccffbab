// Windows, as far as the x64 target needs it. Written from Microsoft's reference (memoryapi.h,
// processthreadsapi.h). NOT YET RUN ON WINDOWS ITSELF: the Windows build of Node 20 has run it under Wine
// 8, with the bits of Linux, and the calling convention is tried on Linux by every test run
// (test/machine/x64/convention.test.ts). Where anything here is refused, the x64 target does not open and
// `wasm` takes over.

import { conventions } from "./convention.ts";
import type { Koffi } from "./koffi.ts";
import type { System } from "./system.ts";

/** What VirtualAlloc and VirtualFree do. */
const commit = 0x1000;
const reserve = 0x2000;
const release = 0x8000;
const reset = 0x80000;

/** What may be done with a page. */
const noAccess = 0x01;
const readWrite = 0x04;
const readExecute = 0x20;

/** The functions of kernel32 that are called, as they are declared for koffi. */
export const kernel32Functions = {
  VirtualAlloc:
    "uintptr_t VirtualAlloc(uintptr_t at, size_t bytes, uint32_t kind, uint32_t access)",
  VirtualFree: "int32_t VirtualFree(uintptr_t at, size_t bytes, uint32_t kind)",
  VirtualProtect:
    "int32_t VirtualProtect(uintptr_t at, size_t bytes, uint32_t access, _Out_ uint32_t *before)",
  GetCurrentProcess: "intptr_t GetCurrentProcess()",
  FlushInstructionCache:
    "int32_t FlushInstructionCache(intptr_t process, uintptr_t at, size_t bytes)",
} as const;

export function windows(koffi: Koffi): System {
  const kernel32 = koffi.load("kernel32.dll");
  const [virtualAlloc, virtualFree, virtualProtect, getCurrentProcess, flushInstructionCache] =
    Object.values(kernel32Functions).map((definition) => kernel32.func(definition));
  const thisProcess = getCurrentProcess();
  return {
    convention: conventions.windows,
    letOthersRun: Number(koffi.address(kernel32.symbol("SwitchToThread"))),
    releasesParts: false,
    reserve: (bytes) => Number(virtualAlloc(0, bytes, reserve, noAccess)),
    // Windows promises no more memory than it has, so this is where it may refuse.
    commit: (address, bytes) => Number(virtualAlloc(address, bytes, commit, readWrite)) !== 0,
    makeExecutable(address, bytes) {
      // It fails where the access from before has no place to go.
      if (virtualProtect(address, bytes, readExecute, [0]) === 0) return false;
      return flushInstructionCache(thisProcess, address, bytes) !== 0;
    },
    // Not decommitted: a view that is left over would bring the process down. The access is not read.
    discard: (address, bytes) => void virtualAlloc(address, bytes, reset, noAccess),
    // The size must be 0: all that was reserved at this address.
    release: (address) => void virtualFree(address, 0, release),
  };
}
