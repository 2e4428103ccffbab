// A device whose memory is this process's own: blocks behind opaque handles, copies in and out. What the
// targets of the processor share; a device elsewhere does without.

import { bytesPerElement, type DType, dtypeOf, type NumericArray } from "../core/dtype.ts";
import { TargetError } from "../core/errors.ts";
import type { MachineDescription } from "../kernel/machine-description.ts";
import type { Program } from "../kernel/program.ts";
import type {
  ArrayOf,
  Device,
  DeviceBuffer,
  DeviceView,
  Executable,
  LoadOptions,
} from "./device.ts";

/** Memory by address, which goes on where it is. */
export interface HostMemory {
  /** Zeroed bytes. @throws TargetError where there are no more. */
  allocate(bytes: number): number;
  free(address: number): void;
  /** The elements at `address`. The view goes stale when the memory grows: ask anew. */
  view(dtype: DType, address: number, length: number): DeviceView;
}

/** A block of a device's memory. */
class HostBuffer implements DeviceBuffer {
  readonly bytes: number;
  readonly owner: HostDevice;
  /** Undefined once it is free. */
  address: number | undefined;
  /** How often something was written to it, as far as the device knows of it. */
  writes = 0;

  constructor(owner: HostDevice, address: number, bytes: number) {
    this.owner = owner;
    this.address = address;
    this.bytes = bytes;
  }
}

export abstract class HostDevice implements Device {
  abstract readonly target: string;
  abstract readonly threads: number;
  abstract readonly machine: MachineDescription;
  protected abstract readonly memory: HostMemory;

  abstract load(
    program: Program,
    states: ReadonlyMap<string, DeviceBuffer>,
    options?: LoadOptions,
  ): Promise<Executable>;
  abstract close(): Promise<void>;

  allocate(bytes: number): DeviceBuffer {
    return new HostBuffer(this, this.memory.allocate(bytes), bytes);
  }

  free(buffer: DeviceBuffer): void {
    this.#own(buffer);
    if (buffer.address !== undefined) this.memory.free(buffer.address);
    buffer.address = undefined;
  }

  async write(buffer: DeviceBuffer, data: NumericArray, at = 0): Promise<void> {
    this.#viewOf(buffer, dtypeOf(data), data.length, at).set(data);
    this.noteWrite(buffer);
  }

  async read<D extends DType>(
    buffer: DeviceBuffer,
    dtype: D,
    length: number,
    at = 0,
  ): Promise<ArrayOf[D]> {
    return this.#viewOf(buffer, dtype, length, at).slice() as ArrayOf[D];
  }

  /** Where a buffer lies. @throws TargetError where it is not this device's, or was given back. */
  addressOf(buffer: DeviceBuffer): number {
    this.#own(buffer);
    if (buffer.address !== undefined) return buffer.address;
    throw new TargetError({
      what: "A piece of the device's memory is used after it was given back.",
      expected: "a buffer that was not freed",
      received: `one of ${buffer.bytes} bytes that was`,
    });
  }

  /** How often something was written to a buffer: another number means that it may hold something else. */
  writesTo(buffer: DeviceBuffer): number {
    this.#own(buffer);
    return buffer.writes;
  }

  /** Tells that a buffer is written to, which programs do by themselves. */
  noteWrite(buffer: DeviceBuffer): void {
    this.#own(buffer);
    buffer.writes++;
  }

  /** @throws TargetError where a buffer is another device's. */
  #own(buffer: DeviceBuffer): asserts buffer is HostBuffer {
    if (!(buffer instanceof HostBuffer) || buffer.owner !== this) throw foreign();
  }

  /** The elements at an address, for what runs on this device. */
  view(dtype: DType, address: number, length: number): DeviceView {
    return this.memory.view(dtype, address, length);
  }

  #viewOf(buffer: DeviceBuffer, dtype: DType, length: number, at: number): DeviceView {
    const address = this.addressOf(buffer);
    const end = at + length * bytesPerElement[dtype];
    if (at >= 0 && end <= buffer.bytes) return this.view(dtype, address + at, length);
    throw new TargetError({
      what: "A copy would leave its piece of the device's memory.",
      expected: `bytes from 0 to ${buffer.bytes}`,
      received: `${at} to ${end}`,
    });
  }
}

function foreign(): TargetError {
  return new TargetError({
    what: "A piece of another device's memory cannot be used here.",
    expected: "a buffer that this device's allocate gave",
    received: "another one",
  });
}
