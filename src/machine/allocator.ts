// Hands out stretches of one address space, first fit, and takes them back. Floor 3: numbers only.

import { TargetError } from "../core/errors.ts";
import { alignUp } from "../kernel/plan.ts";

export class Allocator {
  readonly #limit: number;
  readonly #used = new Map<number, number>();
  /** Free stretches by address, never touching each other. */
  #free: { address: number; bytes: number }[];
  /** Nothing from here on was ever handed out. */
  #untouched: number;

  constructor(start: number, limit: number) {
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
    const block = this.#free.find((free) => free.bytes >= bytes);
    if (block === undefined) {
      throw new TargetError({
        what: "The device's memory is used up.",
        expected: `at most ${Math.floor(this.#limit / 2 ** 20)} MiB in all`,
        received: `${Math.ceil(bytes / 2 ** 20)} MiB more, with ${Math.ceil(this.used / 2 ** 20)} MiB in use`,
        fix: "use a smaller batch, smaller images or fewer of them",
      });
    }
    const { address } = block;
    block.address += bytes;
    block.bytes -= bytes;
    if (block.bytes === 0) this.#free = this.#free.filter((free) => free !== block);
    this.#used.set(address, bytes);
    if (address < this.#untouched) clear(address, Math.min(bytes, this.#untouched - address));
    this.#untouched = Math.max(this.#untouched, address + bytes);
    return address;
  }

  free(address: number): void {
    const bytes = this.#used.get(address);
    if (bytes === undefined) return;
    this.#used.delete(address);
    const joined: { address: number; bytes: number }[] = [];
    for (const block of [...this.#free, { address, bytes }].sort((a, b) => a.address - b.address)) {
      const last = joined.at(-1);
      if (last !== undefined && last.address + last.bytes === block.address) {
        last.bytes += block.bytes;
      } else {
        joined.push({ ...block });
      }
    }
    this.#free = joined;
  }
}
