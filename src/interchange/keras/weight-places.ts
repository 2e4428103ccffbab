// Which weights stand where in Keras's HDF5 files. Keras 3 has folders by class and number,
// `layers/conv2d_1/vars/0`; Keras 2 has a group for each layer of the model, with a list of names.

import type { Shape } from "../../core/shape.ts";
import { isNetwork, type Network } from "../../nn/network.ts";
import type { UnitConfig } from "../../nn/network-config.ts";
import { type NetworkWeight, weightName } from "../../nn/steps.ts";
import type { Unit } from "../../nn/symbolic.ts";
import { operationKind } from "./operation.ts";
import { folderNameOf, snakeCase } from "./words.ts";

/** A layer's folder in a file of Keras 3. */
export interface LayerPlace {
  /** Such as `layers/sequential/layers/dense`. */
  readonly path: string;
  readonly name: string;
  readonly weights: readonly PlacedWeight[];
}

export interface PlacedWeight {
  readonly fullName: string;
  readonly shape: Shape;
}

/**
 * The one class that counts what it has seen beside its weights, where it has some; loading needs it,
 * nothing else.
 */
export const countingClass = "Normalization";

/** What Keras's `Normalization` has last among its variables. */
export const countName = "count";

/** Whether a unit is a layer to Keras: operations are none. */
const isLayer = ({ kind }: Unit) => kind !== operationKind;

/** Layers around another one, which has a folder of its own. */
const wrappers: Readonly<Record<string, { own: readonly string[]; shared: readonly string[] }>> = {
  // The kernel is in both folders.
  spectralNormalization: { own: ["kernel", "vector_u"], shared: ["kernel"] },
  timeDistributed: { own: [], shared: [] },
};

/** Every layer's folder, in Keras's order. A layer that networks share has one in each of them. */
export function placesOf(network: Network): readonly LayerPlace[] {
  const paths = ownerPaths(network);
  const places: LayerPlace[] = [];
  const visit = ({ layers }: Network, prefix: string) => {
    const counts = new Map<string, number>();
    for (const { name, layer } of layers) {
      if (!isLayer(layer)) continue;
      const base = folderNameOf(layer.className);
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      const path = `${prefix}layers/${count === 0 ? base : `${base}_${count}`}`;
      const weights = isNetwork(layer) ? [] : withCount(layer, weightsOf(layer, network, paths));
      places.push(...unwrapped(layer, { path, name, weights }));
      if (isNetwork(layer)) visit(layer, `${path}/`);
    }
  };
  visit(network, "");
  return places;
}

/** The places of a layer and of those inside of it, where it wraps one. */
function unwrapped({ kind, options }: UnitConfig, place: LayerPlace): LayerPlace[] {
  if (!Object.hasOwn(wrappers, kind)) return [place];
  const { layer } = options as { readonly layer: UnitConfig };
  const named = (names: readonly string[]) => (weight: PlacedWeight) =>
    names.includes(ownName(weight.fullName));
  const isOwn = named(wrappers[kind].own);
  const isShared = named(wrappers[kind].shared);
  const own = place.weights.filter(isOwn);
  const inner = { ...place, path: `${place.path}/layer` };
  if (own.length === 0) return unwrapped(layer, inner);
  const { name = snakeCase(layer.kind) } = layer.options as { readonly name?: string };
  const weights = place.weights.filter((weight) => isShared(weight) || !isOwn(weight));
  return [{ ...place, weights: own }, ...unwrapped(layer, { ...inner, name, weights })];
}

/** A weight's name without its layer's. */
const ownName = (fullName: string) => fullName.slice(fullName.lastIndexOf("/") + 1);

/** A layer's group in a file of Keras 2. */
export interface LayerGroup {
  readonly name: string;
  /** With names such as `conv2d/kernel`, those that are trained first. */
  readonly weights: readonly (PlacedWeight & { readonly groupName: string })[];
}

/** The group of each layer of the model, nested ones as a whole. */
export function groupsOf(network: Network): readonly LayerGroup[] {
  const paths = ownerPaths(network);
  const layers = network.layers.filter(({ layer }) => isLayer(layer));
  return layers.map(({ name, layer }) => {
    // By where they are in this group: a layer that networks share has its full name from the first.
    const units = isNetwork(layer)
      ? layer.owners.map((owner) => ({ unit: owner.layer as Unit, path: `${name}/${owner.path}` }))
      : [{ unit: layer, path: name }];
    const all = units.flatMap(({ unit, path }) => {
      const own = weightsOf(unit, network, paths);
      return withCount(unit, own).map((weight, i) => ({
        ...weight,
        groupName: weightName(path, ownName(weight.fullName)),
        isTrained: (own[i]?.trainable ?? false) && unit.trainable && layer.trainable,
      }));
    });
    return {
      name,
      weights: [...all.filter((w) => w.isTrained), ...all.filter((w) => !w.isTrained)],
    };
  });
}

const ownerPaths = (network: Network): ReadonlyMap<Unit, string> =>
  new Map(network.owners.map(({ layer, path }) => [layer, path]));

function weightsOf(
  layer: Unit,
  network: Network,
  paths: ReadonlyMap<Unit, string>,
): readonly NetworkWeight[] {
  const owner = network.owners.find((one) => one.layer === layer);
  const path = paths.get(layer) ?? "";
  return (owner?.weights ?? []).map((spec) => ({ ...spec, fullName: weightName(path, spec.name) }));
}

function withCount(layer: Unit, weights: readonly NetworkWeight[]): readonly PlacedWeight[] {
  if (layer.className !== countingClass || weights.length === 0) return weights;
  const [{ fullName }] = weights;
  const path = fullName.slice(0, fullName.lastIndexOf("/"));
  return [...weights, { fullName: weightName(path, countName), shape: [] }];
}

/** Whether a place is that of a count rather than of a weight of ours. */
export function isCount({ fullName, shape }: PlacedWeight): boolean {
  return shape.length === 0 && fullName.endsWith(`/${countName}`);
}
