// What a model remembers: weights, what the optimizer keeps of them, and a flag that stops training in
// time. On a device while the model is at work there, else on the host.

import { type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  checkSlots,
  checkWeights,
  possibleSlots,
  slotShapes,
} from "../interchange/check-weights.ts";
import type { Device, DeviceBuffer } from "../machine/device.ts";
import type { Network } from "../nn/network.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import { claimVariables, type SeedOfModel } from "./first-values.ts";
import { names } from "./programs/names.ts";
import { Store } from "./store.ts";
import type { Variable } from "./variable.ts";

type Values = Map<string, Tensor<Float32Array>>;

export class ModelMemory {
  readonly #network: Network;
  readonly #variables: ReadonlyMap<string, Variable>;
  #slots: Values = new Map();
  #store: Store | undefined;
  #held: ReadonlyMap<string, DeviceBuffer> = new Map();
  #slotChanges = 0;

  constructor(model: SeedOfModel) {
    this.#network = model.network;
    this.#variables = claimVariables(model);
  }

  /** Puts the weights on `device`. @throws TargetError where memory is used up; nothing stays then. */
  async open(device: Device): Promise<void> {
    const held = new Map<string, DeviceBuffer>();
    try {
      for (const [fullName, variable] of this.#variables) {
        held.set(fullName, await variable.hold(device));
      }
    } catch (error) {
      for (const fullName of held.keys()) await this.#variables.get(fullName)?.release();
      throw error;
    }
    this.#held = held;
    this.#store = new Store(device);
  }

  /** Gives the device's memory back; values stay readable. */
  async close(slots: readonly string[]): Promise<void> {
    this.#slots = await this.readSlots(slots);
    for (const fullName of this.#held.keys()) await this.#variables.get(fullName)?.release();
    this.#held = new Map();
    this.#store?.release();
    this.#store = undefined;
  }

  /** Where each value lies, by the names that graphs use. */
  get buffers(): Map<string, DeviceBuffer> {
    const weights = [...this.#held].map(([fullName, buffer]): [string, DeviceBuffer] => [
      names.weight(fullName),
      buffer,
    ]);
    return new Map([...weights, ...(this.#store?.buffers ?? [])]);
  }

  /** Makes ready for training. */
  async prepare(optimizer: Optimizer): Promise<void> {
    const store = this.#store as Store;
    store.reserve(names.halted, []);
    await store.clear(names.halted);
    await this.reserveSlots(optimizer);
  }

  /**
   * Room for what the optimizer remembers of the weights that are trained now. Slots that are not there
   * yet are as they begin, or what was taken over; those of weights that are frozen meanwhile stay.
   */
  async reserveSlots(optimizer: Optimizer): Promise<void> {
    const store = this.#store as Store;
    for (const [key, shape] of slotShapes(this.#network, optimizer.slots)) {
      if (store.has(`slot/${key}`)) continue;
      store.reserve(`slot/${key}`, shape);
      await store.write(`slot/${key}`, this.#slots.get(key) ?? firstSlot(optimizer, key, shape));
    }
  }

  /** Grows whenever weights or slots become other than training steps of this model make them. */
  get changes(): number {
    return [...this.#variables.values()].reduce(
      (sum, { changes }) => sum + changes,
      this.#slotChanges,
    );
  }

  /** Tells models that share weights that these have been trained. */
  noteTraining(): void {
    for (const variable of this.#variables.values()) variable.changes++;
  }

  /**
   * 0 lets training steps change values. Any other number keeps all values as they are; a step whose loss or
   * gradients are not finite makes it 1.
   */
  async setHalted(value: number): Promise<void> {
    await this.#store?.write(names.halted, { data: Float32Array.of(value), shape: [] });
  }

  /** Forgets what the optimizer remembered. */
  forgetSlots(): void {
    this.#slots.clear();
    this.#store?.release("slot/");
  }

  readWeights(): Promise<Values> {
    return readAll(this.#variables, (variable) => variable.read());
  }

  /** @throws ShapeError where one is missing, unknown, or of another shape; nothing changes then. */
  async writeWeights(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    checkWeights(this.#network, weights);
    await this.writeSome(weights);
  }

  /** As `writeWeights`, but weights that are not given stay. @throws ShapeError */
  async writeSome(weights: ReadonlyMap<string, Tensor>): Promise<void> {
    const present = [...this.#variables].map(([fullName, { shape }]): [string, Tensor] => [
      fullName,
      { data: new Float32Array(), shape },
    ]);
    checkWeights(this.#network, new Map([...present, ...weights]));
    const written = [...weights].map(([fullName, { data }]) =>
      this.#variables.get(fullName)?.write(data),
    );
    await Promise.all(written);
  }

  async readSlots(slots: readonly string[]): Promise<Values> {
    const store = this.#store;
    const keys = [...possibleSlots(this.#network, slots).keys()];
    const present = new Map(
      store === undefined
        ? []
        : keys.filter((key) => store.has(`slot/${key}`)).map((key) => [key, store]),
    );
    const read = await readAll(present, (from, key) => from.read(`slot/${key}`));
    return new Map([...this.#slots, ...read]);
  }

  /** @throws ShapeError unless they are none, or those of the optimizer; nothing changes then. */
  checkSlots(slots: readonly string[], values: ReadonlyMap<string, Tensor>): void {
    checkSlots(this.#network, slots, values);
  }

  /** Takes slots over; those of `optimizer` that are not among them begin anew. */
  async writeSlots(
    values: ReadonlyMap<string, Tensor<Float32Array>>,
    optimizer: Optimizer | undefined,
  ): Promise<void> {
    this.#slotChanges++;
    this.#slots = new Map(values);
    const store = this.#store;
    if (optimizer === undefined || store === undefined) return;
    const written = [...possibleSlots(this.#network, optimizer.slots)]
      .filter(([key]) => store.has(`slot/${key}`))
      .map(([key, shape]) =>
        store.write(`slot/${key}`, values.get(key) ?? firstSlot(optimizer, key, shape)),
      );
    await Promise.all(written);
  }
}

/** What `read` gives of each, by name. */
async function readAll<T>(
  sources: ReadonlyMap<string, T>,
  read: (source: T, name: string) => Promise<Tensor<Float32Array>>,
): Promise<Values> {
  const entries = [...sources].map(
    async ([name, source]) => [name, await read(source, name)] as const,
  );
  return new Map(await Promise.all(entries));
}

/** What a slot, such as `conv2d/kernel/momentum`, begins with. */
function firstSlot(optimizer: Optimizer, key: string, shape: Shape): Tensor<Float32Array> {
  const first = optimizer.firstSlots?.[key.slice(key.lastIndexOf("/") + 1)] ?? 0;
  return { data: new Float32Array(sizeOf(shape)).fill(first), shape };
}
