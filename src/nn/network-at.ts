// A network for images of another size: the same layers with the same weights, planned anew; all of them, or as far as
// their results are asked for.

import { ShapeError } from "../core/errors.ts";
import { lookUp } from "../core/names.ts";
import { formatShape, type Shape, sameShape } from "../core/shape.ts";
import type { Node } from "../graph/op.ts";
import { input } from "./input.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { isNetwork, Network } from "./network.ts";
import { weightName } from "./steps.ts";
import type { SymbolicTensor, Unit } from "./symbolic.ts";

/** Puts another layer in the place of one, such as average pooling for max pooling. */
export type ReplaceLayer = (layer: LayerInstance) => LayerInstance;

/**
 * The network from inputs `shape` to the results of `layers`, in their order. It shares its layers with `network`, and
 * ends where the last of them does, so that what fits one size alone, such as a classifier, is left out.
 *
 * @throws ConfigError where there is no such layer, ShapeError where one does not take this size.
 */
export function networkAt(
  network: Network,
  shape: Shape,
  layers: readonly string[],
  replace: ReplaceLayer = (layer) => layer,
): Network {
  const { steps, name } = network;
  const last = Object.fromEntries(steps.map(({ path }, i) => [path, i]));
  const wanted = layers.map((layer) => lookUp<number>(last, layer, "layer"));
  const needed = new Set(wanted);
  for (let i = steps.length - 1; i >= 0; i--) {
    // Values are numbered from the inputs on, and there is one input.
    if (needed.has(i)) for (const value of steps[i].inputs) needed.add(value - 1);
  }
  const images = input({ shape });
  const values = new Map<number, SymbolicTensor>([[0, images]]);
  steps.forEach(({ layer, inputs }, i) => {
    if (!needed.has(i)) return;
    const given = inputs.map((value) => values.get(value) as SymbolicTensor);
    values.set(i + 1, replace(layer).apply(given));
  });
  const outputs = wanted.map((i) => values.get(i + 1) as SymbolicTensor);
  return new Network({ name, inputs: images, outputs });
}

/**
 * All of the network for inputs of other shapes: networks inside it stay networks, frozen or not, and every layer is the
 * same as in `network`.
 *
 * @param inputs one for each input of the network.
 * @throws ShapeError where a layer does not take this size, or would need other weights for it.
 */
export function networkOn(network: Network, inputs: readonly SymbolicTensor[]): Network {
  const values = new Map(network.inputs.map((one, i) => [one, inputs[i]]));
  const inside = new Map<Unit, Network>();
  for (const { unit, inputs: old, outputs } of network.applications) {
    const given = old.map((one) => values.get(one) as SymbolicTensor);
    const results = isNetwork(unit)
      ? nested(unit, given, inside).apply(given)
      : [apply(unit, given)];
    outputs.forEach((one, i) => {
      values.set(one, results[i]);
    });
  }
  const results = network.outputs.map((one) => values.get(one) as SymbolicTensor);
  const { givenName: name, className, trainable, outputForm } = network;
  const named = () => Object.fromEntries(network.outputNames.map((key, i) => [key, results[i]]));
  const outputs = { one: () => results[0], list: () => results, record: named }[outputForm]();
  const made = new Network({ name, className, trainable, inputs, outputs });
  made.chosenName = network.chosenName;
  requireSameWeights(made, network);
  return made;
}

const apply = (unit: Unit, given: readonly SymbolicTensor[]) =>
  (unit as LayerInstance).apply([...given]);

/** A network inside another: the same one at each use. */
function nested(
  network: Network,
  given: readonly SymbolicTensor[],
  known: Map<Unit, Network>,
): Network {
  const made =
    known.get(network) ??
    networkOn(
      network,
      given.map(({ shape }) => input({ shape })),
    );
  known.set(network, made);
  return made;
}

/** @throws ShapeError where a layer has weights of another shape than it has in `network`. */
function requireSameWeights(made: Network, network: Network): void {
  const shapes = new Map(network.weights.map(({ fullName, shape }) => [fullName, shape]));
  for (const { fullName, shape } of made.weights) {
    const own = shapes.get(fullName);
    if (own !== undefined && sameShape(own, shape)) continue;
    const [from, to] = [network, made].map(({ inputs }) => formatShape([null, ...inputs[0].shape]));
    throw new ShapeError({
      what: `The model "${network.name}" takes images of one size: the weights "${fullName}" fit no other.`,
      expected: `images ${from}, or a model that ends in global pooling`,
      received: `images ${to}`,
    });
  }
}

/** The weights of `network` by the names that `other`, which shares its layers, has for them. */
export function weightsFor(
  other: Network,
  network: Network,
  weights: ReadonlyMap<string, Node>,
): ReadonlyMap<string, Node> {
  const paths = new Map(network.owners.map(({ layer, path }) => [layer, path]));
  const named = other.owners.flatMap(({ layer, path, weights: own }) =>
    own.map(({ name }): [string, Node] => {
      const known = weightName(paths.get(layer) as string, name);
      return [weightName(path, name), weights.get(known) as Node];
    }),
  );
  return new Map(named);
}
