// What an operating system does for the x64 target. `posix.ts` and `windows.ts` say it in the system's
// own words; `native.ts` has what is the same for all.

import type { Convention } from "./convention.ts";

/** Addresses are whole numbers; `address` and `bytes` are multiples of `pageBytes`. */
export interface System {
  readonly convention: Convention;
  /** The address of a function without arguments that lets other threads run. */
  readonly letOthersRun: number;
  /** Whether `release` takes a part of what `reserve` gave. */
  readonly releasesParts: boolean;
  /** Addresses with nothing behind them yet; 0 where the system refuses. */
  reserve(bytes: number): number;
  /** Puts zeroed memory behind reserved addresses, to read and to write. False: refused. */
  commit(address: number, bytes: number): boolean;
  /** Memory becomes executable and stops being writable. False: refused. */
  makeExecutable(address: number, bytes: number): boolean;
  /** Gives back what fills committed memory. It may be read from then on, but tells nothing. */
  discard(address: number, bytes: number): void;
  /** Gives back what one `reserve` gave, all of it: addresses and what lies behind them. */
  release(address: number, bytes: number): void;
}
