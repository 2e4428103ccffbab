// The values of weights. Floor 5. A weight belongs to its layer, not to a model: models that share a
// layer share its values, in the device's memory too, as in Keras.

import { ConfigError, ShapeError } from "../core/errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../core/shape.ts";
import { type Tensor, withinMemory } from "../core/tensor.ts";
import type { Device } from "../machine/device.ts";
import { initialize } from "../nn/initializers/index.ts";
import type { WeightSpec } from "../nn/layer.ts";
import type { LayerInstance } from "../nn/layer-instance.ts";
import { type Owner, weightName } from "../nn/steps.ts";

/** One weight's values: in a device's memory while a model there uses them, else on the host. */
export class Variable {
  readonly shape: Shape;
  #values: Float32Array;
  #home: { readonly device: Device; readonly address: number } | undefined;
  #users = 0;

  constructor({ data, shape }: Tensor<Float32Array>) {
    this.shape = shape;
    this.#values = data;
  }

  /**
   * Where the values lie in `device`; each call is answered by one of `release`.
   *
   * @throws ConfigError where another device has them, TargetError where memory is used up.
   */
  hold(device: Device): number {
    if (this.#home === undefined) {
      const address = device.allocate(4 * sizeOf(this.shape));
      this.#home = { device, address };
      this.#view().set(this.#values);
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
    this.#values = Float32Array.from(this.#view());
    this.#home.device.free(this.#home.address);
    this.#home = undefined;
  }

  /** A copy of the values. */
  read(): Tensor<Float32Array> {
    return { data: Float32Array.from(this.#view()), shape: this.shape };
  }

  write(data: ArrayLike<number>): void {
    this.#view().set(data);
  }

  #view(): Float32Array {
    if (this.#home === undefined) return this.#values;
    const { device, address } = this.#home;
    return device.view("f32", address, sizeOf(this.shape)) as Float32Array;
  }
}

/** Every weight that exists, by the layer that owns it. */
const variables = new WeakMap<LayerInstance, Map<string, Variable>>();

/** Streams below this belong to the layers' own random numbers, and to the order of examples. */
const firstWeightStream = 1 << 16;

/**
 * The variables of layers by full name. A weight that no network had before gets its first values from
 * `seed` and a random stream of its own.
 *
 * @throws ShapeError where a layer was used before on inputs that need other weights, or an initializer
 * does not fit.
 */
export function variablesOf(owners: readonly Owner[], seed: number): Map<string, Variable> {
  const found = new Map<string, Variable>();
  for (const { layer, path, weights } of owners) {
    const own = variables.get(layer) ?? new Map<string, Variable>();
    variables.set(layer, own);
    for (const weight of weights) {
      const { name, shape } = weight;
      const fullName = weightName(path, name);
      const random = { seed, stream: firstWeightStream + found.size };
      const variable = own.get(name) ?? firstVariable(weight, fullName, random);
      requireShape(variable.shape, shape, fullName);
      own.set(name, variable);
      found.set(fullName, variable);
    }
  }
  return found;
}

/** @throws ShapeError where the weight's initializer does not fit, TargetError without memory for it. */
function firstVariable(
  { initializer, shape, values }: WeightSpec,
  fullName: string,
  { seed, stream }: { readonly seed: number; readonly stream: number },
): Variable {
  if (values !== undefined) return new Variable({ data: Float32Array.from(values), shape });
  try {
    const memory = {
      shape,
      name: `The weight "${fullName}"`,
      fix: "make the layer smaller, or its input",
    };
    const data = withinMemory(memory, () => initialize(initializer, shape, seed, stream));
    return new Variable({ data, shape });
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    const { what, ...rest } = cause.facts;
    throw new ShapeError({
      ...rest,
      what: `The weight "${fullName}" cannot begin so. ${what}`,
      cause,
    });
  }
}

function requireShape(present: Shape, wanted: Shape, fullName: string): void {
  if (sameShape(present, wanted)) return;
  throw new ShapeError({
    what: `The weight "${fullName}" belongs to a layer that another model uses on other inputs.`,
    expected: formatShape(present),
    received: formatShape(wanted),
    fix: "make a layer of its own for this model",
  });
}
