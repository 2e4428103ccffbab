// Hands out stretches of one address space, first fit, and takes them back. Numbers only. Large stretches
// leave the front to the others, so that what stays when they go does not lie in their way.

import { TargetError } from "../core/errors.ts";
import { alignUp } from "../kernel/plan.ts";

/** From so many bytes on a stretch is large; so much of the front is left to the others. */
export const largeBytes = 2 ** 26;

interface Stretch {
  readonly address: number;
  readonly bytes: number;
}

export class Allocator {
  readonly #start: number;
  readonly #limit: number;
  readonly #used = new Map<number, number>();
  /** Free stretches by address, never touching each other. */
  #free: readonly Stretch[];
  /** Nothing from here on was ever handed out. */
  #untouched: number;

  constructor(start: number, limit: number) {
    this.#start = start;
    this.#limit = limit;
    this.#untouched = start;
    this.#free = [{ address: start, bytes: limit - start }];
  }

  /** The address behind the last byte in use. */
  get end(): number {
    return Math.max(0, ...[...this.#used].map(([address, bytes]) => address + bytes));
  }

  /** Bytes in use. */
  get used(): number {
    return [...this.#used.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /**
   * A stretch of at least `wanted` bytes; `clear` is told which part of it was in use before. New
   * memory holds zeros, and clearing it would only make the system find it a place too early.
   */
  allocate(wanted: number, clear: (address: number, bytes: number) => void = () => {}): number {
    const bytes = alignUp(Math.max(1, wanted));
    const front = bytes < largeBytes ? this.#start : this.#start + largeBytes;
    const address = this.#find(bytes, front) ?? this.#find(bytes, this.#start);
    if (address === undefined) {
      const most = Math.max(0, ...this.#free.map((free) => free.bytes));
      throw new TargetError({
        what: "The device's memory is used up.",
        expected: `at most ${Math.floor(this.#limit / 2 ** 20)} MiB in all`,
        received: `${Math.ceil(bytes / 2 ** 20)} MiB more, with ${Math.ceil(this.used / 2 ** 20)} MiB in use; at most ${Math.floor(most / 2 ** 20)} MiB are free in one piece`,
        fix: "use a smaller batch, smaller images or fewer of them",
      });
    }
    this.#free = this.#free.flatMap((free) => without(free, address, bytes));
    this.#used.set(address, bytes);
    if (address < this.#untouched) clear(address, Math.min(bytes, this.#untouched - address));
    this.#untouched = Math.max(this.#untouched, address + bytes);
    return address;
  }

  free(address: number): void {
    const bytes = this.#used.get(address);
    if (bytes === undefined) return;
    this.#used.delete(address);
    const joined: Stretch[] = [];
    for (const block of [...this.#free, { address, bytes }].sort((a, b) => a.address - b.address)) {
      const last = joined.at(-1);
      if (last !== undefined && last.address + last.bytes === block.address) {
        joined[joined.length - 1] = { address: last.address, bytes: last.bytes + block.bytes };
      } else {
        joined.push(block);
      }
    }
    this.#free = joined;
  }

  /** The first place from `front` on. */
  #find(bytes: number, front: number): number | undefined {
    for (const free of this.#free) {
      const address = Math.max(free.address, front);
      if (free.address + free.bytes - address >= bytes) return address;
    }
    return undefined;
  }
}

/** What is left of a stretch when `bytes` at `address` are taken, of this or of another one. */
function without(free: Stretch, address: number, bytes: number): Stretch[] {
  const end = free.address + free.bytes;
  if (address < free.address || address >= end) return [free];
  const before = { address: free.address, bytes: address - free.address };
  const behind = { address: address + bytes, bytes: end - address - bytes };
  return [before, behind].filter((rest) => rest.bytes > 0);
}
