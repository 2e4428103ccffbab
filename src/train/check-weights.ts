// Whether weights belong to a network. Floor 5.

import { ShapeError } from "../core/errors.ts";
import { formatShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Network } from "../nn/network.ts";

/** @throws ShapeError unless `weights` are exactly those of `network`. */
export function checkWeights(network: Network, weights: ReadonlyMap<string, Tensor>): void {
  const wanted = new Map(network.weights.map((weight) => [weight.fullName, weight.shape]));
  const fail = (expected: string, received: string): never => {
    throw new ShapeError({
      what: `The weights do not belong to the model "${network.name}".`,
      expected,
      received,
      fix: "load them into the architecture that they were saved from",
    });
  };
  for (const [name, shape] of wanted) {
    const value = weights.get(name);
    if (value === undefined) fail(`a weight "${name}" ${formatShape(shape)}`, "none");
    else if (formatShape(value.shape) !== formatShape(shape)) {
      fail(`"${name}" ${formatShape(shape)}`, `${formatShape(value.shape)}`);
    }
  }
  for (const name of weights.keys()) {
    if (!wanted.has(name)) fail([...wanted.keys()].join(", "), `a further weight "${name}"`);
  }
}
