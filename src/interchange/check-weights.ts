// Whether weights belong to a network.

import { ShapeError } from "../core/errors.ts";
import { outlineOf } from "../core/option.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Network } from "../nn/network.ts";

/** @throws ShapeError unless `weights` are exactly those of `network`. */
export function checkWeights(network: Network, weights: ReadonlyMap<string, Tensor>): void {
  const wanted = new Map(network.weights.map((weight) => [weight.fullName, weight.shape]));
  checkTensors(`The weights do not belong to the model "${network.name}".`, wanted, weights);
}

/** The optimizer's slots of the weights that are trained, by name, such as `conv2d/kernel/momentum`. */
export function slotShapes(network: Network, slots: readonly string[]): Map<string, Shape> {
  return shapesOf(
    network.weights.filter((weight) => weight.trainable),
    slots,
  );
}

/** The same of all weights: those that are frozen now may have been trained before. */
export function possibleSlots(network: Network, slots: readonly string[]): Map<string, Shape> {
  return shapesOf(network.weights, slots);
}

function shapesOf(weights: Network["weights"], slots: readonly string[]): Map<string, Shape> {
  return new Map(
    weights.flatMap(({ fullName, shape }) => slots.map((slot) => [`${fullName}/${slot}`, shape])),
  );
}

/**
 * @throws ShapeError unless `slots` are none at all, or those of the optimizer; what belongs to weights
 * that are frozen now may be there or not.
 */
export function checkSlots(
  network: Network,
  names: readonly string[],
  slots: ReadonlyMap<string, Tensor>,
): void {
  if (slots.size === 0) return;
  const what = `The optimizer's values do not belong to the model "${network.name}".`;
  const needed = slotShapes(network, names);
  const given = [...possibleSlots(network, names)].filter(([name]) => slots.has(name));
  checkTensors(what, new Map([...needed, ...given]), slots);
}

/** @throws ShapeError unless `given` holds just what is `wanted`; `what` begins the message. */
export function checkTensors(
  what: string,
  wanted: ReadonlyMap<string, Shape>,
  given: ReadonlyMap<string, Tensor>,
): void {
  if (!(given instanceof Map)) {
    throw new ShapeError({
      what,
      expected: "a Map from names to tensors, as getWeights gives it",
      received: outlineOf(given),
    });
  }
  const fail = (expected: string, received: string): never => {
    const fix = "load them into the architecture that they were saved from";
    throw new ShapeError({ what, expected, received, fix });
  };
  for (const [name, shape] of wanted) {
    const value = given.get(name);
    if (value === undefined || value === null) fail(`"${name}" ${formatShape(shape)}`, "none");
    else if (!sameShape(value.shape, shape)) {
      fail(`"${name}" ${formatShape(shape)}`, formatShape(value.shape));
    }
  }
  for (const name of given.keys()) {
    if (!wanted.has(name)) fail([...wanted.keys()].join(", ") || "none", `a further "${name}"`);
  }
}
