// The values of weights. A weight belongs to its layer, not to a model: models that share a layer share
// its values, in the device's memory too, as in Keras.

import { ConfigError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Device } from "../machine/device.ts";

/**
 * One weight's values: in a device's memory while a model there uses them, else on the host. First
 * values are drawn when they are needed, not before: those of a file often come instead.
 */
export class Variable {
  readonly shape: Shape;
  /** On the host; undefined while a device has the values, and before there are any. */
  #values: Float32Array | undefined;
  readonly #draw: () => Float32Array;
  #home: { readonly device: Device; readonly address: number } | undefined;
  #users = 0;
  /** How often the values were changed other than by a training step of the model that asks. */
  changes = 0;

  /** `draw` gives the first values. */
  constructor(shape: Shape, draw: () => Float32Array) {
    this.shape = shape;
    this.#draw = draw;
  }

  /** Whether there are values: drawn, or written. */
  get hasValues(): boolean {
    return this.#values !== undefined || this.#home !== undefined;
  }

  /**
   * Where the values lie in `device`; each call is answered by one of `release`.
   *
   * @throws ConfigError where another device has them, TargetError where memory is used up.
   */
  hold(device: Device): number {
    if (this.#home === undefined) {
      const values = this.#view();
      const address = device.allocate(4 * sizeOf(this.shape));
      this.#home = { device, address };
      this.#values = undefined;
      this.#view().set(values);
    }
    if (this.#home.device !== device) {
      throw new ConfigError({
        what: "A layer is shared by models on two devices.",
        expected: `the device that its weights are on, ${this.#home.device.target}`,
        received: device.target,
        fix: "give both models one device, or dispose the other model first",
      });
    }
    this.#users++;
    return this.#home.address;
  }

  release(): void {
    this.#users--;
    if (this.#users > 0 || this.#home === undefined) return;
    this.#values = this.#view().slice();
    this.#home.device.free(this.#home.address);
    this.#home = undefined;
  }

  /** A copy of the values. */
  read(): Tensor<Float32Array> {
    return { data: this.#view().slice(), shape: this.shape };
  }

  /** Replaces all values. */
  write(data: ArrayLike<number>): void {
    this.changes++;
    if (this.hasValues) this.#view().set(data);
    else this.#values = new Float32Array(data);
  }

  #view(): Float32Array {
    if (this.#home === undefined) {
      this.#values ??= this.#draw();
      return this.#values;
    }
    const { device, address } = this.#home;
    return device.view("f32", address, sizeOf(this.shape)) as Float32Array;
  }
}
