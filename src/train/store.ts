// The values of one model that stay between steps: what the optimizer remembers, and a flag that stops
// training in time. All programs of the model share them, in the device's memory.

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import { float32Of, type Tensor } from "../core/tensor.ts";
import type { Device, DeviceBuffer } from "../machine/device.ts";

interface Entry {
  readonly shape: Shape;
  readonly buffer: DeviceBuffer;
}

/** Named f32 tensors in a device's memory. */
export class Store {
  readonly #device: Device;
  readonly #entries = new Map<string, Entry>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Where each value lies. */
  get buffers(): Map<string, DeviceBuffer> {
    return new Map([...this.#entries].map(([name, { buffer }]) => [name, buffer]));
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Makes room for a value; zeros at first. */
  reserve(name: string, shape: Shape): void {
    if (this.#entries.has(name)) return;
    this.#entries.set(name, { shape, buffer: this.#device.allocate(4 * sizeOf(shape)) });
  }

  /** A copy of a value. */
  async read(name: string): Promise<Tensor<Float32Array>> {
    const { shape, buffer } = this.#entry(name);
    return { data: await this.#device.read(buffer, "f32", sizeOf(shape)), shape };
  }

  /** @throws ShapeError where the value has another shape. */
  async write(name: string, value: Tensor): Promise<void> {
    const { shape, buffer } = this.#entry(name);
    if (!sameShape(shape, value.shape)) {
      throw new ShapeError({
        what: `The value for "${name}" does not fit.`,
        expected: formatShape(shape),
        received: formatShape(value.shape),
        fix: "load it into the model that it was saved from",
      });
    }
    await this.#device.write(buffer, float32Of(value.data));
  }

  async clear(name: string): Promise<void> {
    const { shape, buffer } = this.#entry(name);
    await this.#device.write(buffer, new Float32Array(sizeOf(shape)));
  }

  /** Gives back everything whose name begins with `prefix`. */
  release(prefix = ""): void {
    for (const [name, { buffer }] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      this.#device.free(buffer);
      this.#entries.delete(name);
    }
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`no value is kept under "${name}"`);
    return entry;
  }
}
