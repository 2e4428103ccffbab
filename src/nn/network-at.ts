// A network for images of another size: the same layers with the same weights, planned anew, as far as their results
// are asked for.

import { lookUp } from "../core/names.ts";
import type { Shape } from "../core/shape.ts";
import type { Node } from "../graph/op.ts";
import { input } from "./input.ts";
import type { LayerInstance } from "./layer-instance.ts";
import { Network } from "./network.ts";
import { weightName } from "./steps.ts";
import type { SymbolicTensor } from "./symbolic.ts";

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
