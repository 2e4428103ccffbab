// The values of one model that stay between steps: what the optimizer remembers, and a flag that stops
// training in time. All programs of the model share them, in the device's memory.

import { ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device } from "../machine/device.ts";

interface Entry {
  readonly shape: Shape;
  readonly address: number;
}

/** Named f32 tensors in a device's memory. */
export class Store {
  readonly #device: Device;
  readonly #entries = new Map<string, Entry>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** Where each value lies. */
  get addresses(): Map<string, number> {
    return new Map([...this.#entries].map(([name, { address }]) => [name, address]));
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Makes room for a value; zeros at first. */
  reserve(name: string, shape: Shape): void {
    if (this.#entries.has(name)) return;
    this.#entries.set(name, { shape, address: this.#device.allocate(4 * sizeOf(shape)) });
  }

  /** A copy of a value. */
  read(name: string): Tensor<Float32Array> {
    const { shape } = this.#entry(name);
    return { data: new Float32Array(this.#view(name)), shape };
  }

  /** @throws ShapeError where the value has another shape. */
  write(name: string, value: Tensor): void {
    const { shape } = this.#entry(name);
    if (!sameShape(shape, value.shape)) {
      throw new ShapeError({
        what: `The value for "${name}" does not fit.`,
        expected: formatShape(shape),
        received: formatShape(value.shape),
        fix: "load it into the model that it was saved from",
      });
    }
    this.#view(name).set(value.data);
  }

  clear(name: string): void {
    this.#view(name).fill(0);
  }

  /** Gives back everything whose name begins with `prefix`. */
  release(prefix = ""): void {
    for (const [name, { address }] of this.#entries) {
      if (!name.startsWith(prefix)) continue;
      this.#device.free(address);
      this.#entries.delete(name);
    }
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`no value is kept under "${name}"`);
    return entry;
  }

  #view(name: string) {
    const { shape, address } = this.#entry(name);
    return this.#device.view("f32", address, sizeOf(shape));
  }
}
