// The values of weights. A weight belongs to its layer, not to a model: models that share a layer share
// its values, in the device's memory too, as in Keras.

import type { NumericArray } from "../core/dtype.ts";
import { ConfigError } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { float32Of, type Tensor } from "../core/tensor.ts";
import type { Device, DeviceBuffer } from "../machine/device.ts";

/**
 * One weight's values: in a device's memory while a model there uses them, else on the host. First
 * values are drawn when they are needed, not before: those of a file often come instead.
 */
export class Variable {
  readonly shape: Shape;
  /** On the host; undefined while a device has the values, and before there are any. */
  #values: Float32Array | undefined;
  readonly #draw: () => Float32Array;
  #home: { readonly device: Device; readonly buffer: DeviceBuffer } | undefined;
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
  async hold(device: Device): Promise<DeviceBuffer> {
    if (this.#home === undefined) {
      const values = this.#onHost();
      const buffer = device.allocate(4 * sizeOf(this.shape));
      this.#home = { device, buffer };
      this.#values = undefined;
      this.#users++;
      await device.write(buffer, values);
      return buffer;
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
    return this.#home.buffer;
  }

  async release(): Promise<void> {
    this.#users--;
    if (this.#users > 0 || this.#home === undefined) return;
    const { device, buffer } = this.#home;
    let values: Float32Array;
    let seen: number;
    do {
      seen = this.changes;
      values = await device.read(buffer, "f32", sizeOf(this.shape));
    } while (seen !== this.changes);
    // Another model may have come to hold it, or to let it go, meanwhile.
    if (this.#users > 0 || this.#home?.buffer !== buffer) return;
    this.#values = values;
    this.#home = undefined;
    device.free(buffer);
  }

  /** First values, drawn anew: nothing keeps them. */
  draw(): Float32Array {
    return this.#draw();
  }

  /** A copy of the values. */
  async read(): Promise<Tensor<Float32Array>> {
    const { shape } = this;
    if (this.#home === undefined) return { data: this.#onHost().slice(), shape };
    const { device, buffer } = this.#home;
    return { data: await device.read(buffer, "f32", sizeOf(shape)), shape };
  }

  /** Replaces all values. */
  async write(data: NumericArray): Promise<void> {
    this.changes++;
    if (this.#home === undefined) this.#values = new Float32Array(data);
    else await this.#home.device.write(this.#home.buffer, float32Of(data));
  }

  /** The values on the host, which are drawn where there are none yet. */
  #onHost(): Float32Array {
    this.#values ??= this.#draw();
    return this.#values;
  }
}
