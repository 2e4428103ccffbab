// The memory of one device: blocks of one large stretch, which the system fills as they are handed out.

import { bytesPerElement, type DType, viewOf } from "../../core/dtype.ts";
import { TargetError, VerificationError } from "../../core/errors.ts";
import { Allocator } from "../allocator.ts";
import type { DeviceView } from "../device.ts";
import type { Native, NativeMemory } from "./native.ts";

const mebibyte = 2 ** 20;
/**
 * Address space that is set aside, the first of these that the system gives: at most what one
 * ArrayBuffer of Node 20 shows.
 */
const reservations = [4096, 3072, 2048, 1536, 1024, 768, 512, 384, 256, 128, 64];
/** Addresses that are left to the rest of the process, in MiB: its heap, and code. */
const left = 512;
/** Where blocks begin: what is only almost an address lies below. */
const firstBlock = 2 ** 16;

/** Reserves what there is. @throws TargetError where the system has no room. */
function reserve(native: Native): { memory: NativeMemory; bytes: number } {
  for (const size of reservations) {
    try {
      // Both at once, so that they are there at once; then the rest gets its part back.
      const rest = native.reserve(left * mebibyte);
      try {
        return { memory: native.reserve(size * mebibyte), bytes: size * mebibyte };
      } finally {
        rest.release();
      }
    } catch (error) {
      if (!(error instanceof TargetError) || size === reservations.at(-1)) throw error;
    }
  }
  throw new RangeError("no size to reserve");
}

export class DeviceMemory {
  readonly #native: NativeMemory;
  readonly #allocator: Allocator;

  /** @throws TargetError where the system has no room. */
  constructor(native: Native) {
    const { memory, bytes } = reserve(native);
    this.#native = memory;
    this.#allocator = new Allocator(firstBlock, bytes);
  }

  /** Zeroed bytes, by their distance from the first. @throws TargetError where there are no more. */
  allocate(bytes: number): number {
    const block = this.#allocator.allocate(bytes, (stale, length) => {
      // What has no memory yet, because the system refused it before, is zero when it gets some.
      const end = Math.min(stale + length, this.#native.committed);
      if (end > stale) this.view("u8", stale, end - stale).fill(0);
    });
    try {
      this.#native.commit(block + bytes);
    } catch (error) {
      this.#allocator.free(block);
      throw error;
    }
    return block;
  }

  free(block: number): void {
    this.#allocator.free(block);
  }

  view(dtype: DType, block: number, length: number): DeviceView {
    this.#check(block, length * bytesPerElement[dtype]);
    return viewOf(dtype, this.#native.buffer, block, length);
  }

  /** Where code finds `bytes` bytes of a block. */
  addressOf(block: number, bytes: number): number {
    this.#check(block, bytes);
    return this.#native.address + block;
  }

  /** Writes addresses, 64 bits each, into a block. */
  setAddresses(block: number, addresses: readonly number[]): void {
    this.#check(block, 8 * addresses.length);
    const { buffer } = this.#native;
    new BigInt64Array(buffer, block, addresses.length).set(addresses.map(BigInt));
  }

  /** Gives everything back; views from before read on, but what they read means nothing. */
  retire(): void {
    this.#native.retire();
  }

  /** Gives everything back at once: nothing may look at a view from before. */
  release(): void {
    this.#native.release();
  }

  /** What was never handed out has no memory: a touch would end the process. */
  #check(block: number, bytes: number): void {
    const { committed } = this.#native;
    if (block >= 0 && bytes >= 0 && block + bytes <= committed) return;
    throw new VerificationError({
      what: "An access lies outside of the device's memory.",
      expected: `bytes 0 to ${committed - 1}`,
      received: `bytes ${block} to ${block + bytes - 1}`,
      fix: "ask the device for memory with `allocate`, and keep within it",
    });
  }
}
