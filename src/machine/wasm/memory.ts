// The memory of one device: as much as 32-bit addresses reach, present as far as it is in use.

import { platform } from "#platform";
import { type DType, viewOf } from "../../core/dtype.ts";
import { TargetError } from "../../core/errors.ts";
import { Allocator } from "../allocator.ts";
import type { DeviceView } from "../device.ts";

const pageBytes = 2 ** 16;
/** 4 GiB, all that 32-bit addresses reach; less where the engine refuses. */
const maximumPages = [65536, 32768, 16384, 4096];

export class DeviceMemory {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
  readonly shared: boolean;
  readonly #allocator: Allocator;

  /** @throws TargetError where the engine refuses even a little. */
  constructor(shared: boolean) {
    const { memory, maximum } = reserveMemory(shared);
    this.memory = memory;
    this.maximumPages = maximum;
    this.shared = shared;
    this.#allocator = new Allocator(pageBytes / 2, maximum * pageBytes - pageBytes);
  }

  /** Zeroed bytes. @throws TargetError where there are no more. */
  allocate(bytes: number): number {
    const address = this.#allocator.allocate(bytes, (stale, length) => {
      // What the engine refused to make before is zero when there is some.
      const end = Math.min(stale + length, this.memory.buffer.byteLength);
      if (end > stale) this.view("u8", stale, end - stale).fill(0);
    });
    const pages = Math.ceil(this.#allocator.end / pageBytes);
    const present = this.memory.buffer.byteLength / pageBytes;
    if (pages > present) {
      const ahead = Math.min(this.maximumPages, Math.max(pages, Math.ceil(present * 1.25)));
      try {
        this.memory.grow(ahead - present);
      } catch (cause) {
        this.#allocator.free(address);
        throw new TargetError({
          what: "The machine has no more memory to give.",
          received: `a request for ${Math.ceil(bytes / 2 ** 20)} MiB`,
          fix: "use a smaller batch or fewer images",
          cause,
        });
      }
    }
    return address;
  }

  free(address: number): void {
    this.#allocator.free(address);
  }

  view(dtype: DType, address: number, length: number): DeviceView {
    return viewOf(dtype, this.memory.buffer, address, length);
  }
}

function reserveMemory(shared: boolean): { memory: WebAssembly.Memory; maximum: number } {
  let cause: unknown;
  for (const maximum of maximumPages) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 1, maximum, shared }), maximum };
    } catch (error) {
      cause = error;
    }
  }
  throw new TargetError({
    what: "The engine reserved no memory for WebAssembly.",
    expected: "room for at least 256 MiB",
    received: String(cause),
    fix:
      platform.host === "node"
        ? "raise the limit of the address space (ulimit -v), or start node with --disable-wasm-trap-handler"
        : "close other pages",
    cause,
  });
}
