// The memory of one device: blocks of one large stretch, which the system fills as they are handed
// out. Floor 3.

import { bytesPerElement, type DType, viewOf } from "../../core/dtype.ts";
import { VerificationError } from "../../core/errors.ts";
import { Allocator } from "../allocator.ts";
import type { DeviceView } from "../device.ts";
import type { Native, NativeMemory } from "./native.ts";

/** Address space that is set aside: the largest that one ArrayBuffer of Node 20 shows. */
const reservedBytes = 4 * 2 ** 30;
/** Where blocks begin: what is only almost an address lies below. */
const firstBlock = 2 ** 16;

export class DeviceMemory {
  readonly #native: NativeMemory;
  readonly #allocator = new Allocator(firstBlock, reservedBytes);

  /** @throws TargetError where the system has no room. */
  constructor(native: Native) {
    this.#native = native.reserve(reservedBytes);
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
