// The weights in Keras 2's HDF5 files, alone or beside their model: a group for each layer of the model,
// with a list of names.

import {
  emptyGroup,
  findDataset,
  findGroup,
  groupAt,
  type Hdf5Draft,
  type Hdf5Group,
  putDataset,
} from "../../formats/hdf5-tree.ts";
import type { Network } from "../../nn/network.ts";
import type { FoundWeight, FoundWeights } from "../found-weights.ts";
import { refuse } from "../refuse.ts";
import type { Values } from "../stored-model.ts";
import { storedValue } from "./keras-weights.ts";
import { groupsOf, isCount, type LayerGroup } from "./weight-places.ts";

/** Keras 2 reads files of any version; what words mean that changed is Keras 3's. */
export const writer = { keras_version: "3.15.1", backend: "tensorflow" };

/** A group for each layer, as in a file of weights alone. */
export function weightGroups(network: Network, weights: Values): Hdf5Draft {
  const groups = groupsOf(network);
  const root = emptyGroup({ ...writer, layer_names: groups.map(({ name }) => name) });
  for (const { name, weights: own } of groups) {
    const paths = own.map(({ groupName }) => `${groupName}:0`);
    // A layer's name may have folders in it.
    const group = groupAt(root, name);
    group.attributes.weight_names = paths;
    own.forEach((weight, i) => {
      putDataset(group, paths[i], storedValue(weight, weights));
    });
  }
  const top = groupAt(root, "top_level_model_weights");
  top.attributes.weight_names = [];
  return root;
}

/** A list of names, which Keras cuts into pieces where it is long: `layer_names0`, `layer_names1`, … */
export function namesIn({ attributes }: Hdf5Group, name: string): readonly string[] {
  const list = (value: string | readonly string[] | undefined) =>
    typeof value === "string" ? [value] : (value ?? []);
  if (attributes[name] !== undefined) return list(attributes[name]);
  const names: string[] = [];
  for (let i = 0; attributes[`${name}${i}`] !== undefined; i++) {
    names.push(...list(attributes[`${name}${i}`]));
  }
  return names;
}

interface StoredGroup {
  readonly name: string;
  readonly group: Hdf5Group;
  readonly paths: readonly string[];
}

function storedGroups(root: Hdf5Group): readonly StoredGroup[] {
  return namesIn(root, "layer_names")
    .map((name) => ({ name, group: findGroup(root, name) ?? emptyGroup() }))
    .map(({ name, group }) => ({ name, group, paths: namesIn(group, "weight_names") }))
    .filter(({ paths }) => paths.length > 0);
}

/**
 * What groups have for each weight: by their names, or else, as in Keras, layers with weights in order,
 * whatever their names.
 *
 * @throws FormatError where there are more or fewer of them than in the network, and they go by order.
 */
export function foundInGroups(network: Network, root: Hdf5Group, byName = false): FoundWeights {
  const stored = storedGroups(root);
  const groups = groupsOf(network).filter(({ weights }) => weights.length > 0);
  if (byName) {
    const named = new Map(stored.map((one) => [one.name.replaceAll("/", "_"), one]));
    const pairs = groups.map((own) => ({ own, stored: named.get(own.name) }));
    return foundInPairs(pairs, stored);
  }
  // A layer that normalizes by its options alone has no values in the file.
  const bare = groups.filter(({ weights }) => !weights.some(isCount));
  const inOrder = [groups, bare].find(({ length }) => length === stored.length);
  if (inOrder !== undefined) {
    const pairs = inOrder.map((own, i) => ({ own, stored: stored[i] }));
    return foundInPairs(pairs, stored);
  }
  return refuse({
    what: "The file holds the weights of another model.",
    expected: `${groups.length} layers with weights`,
    received: `${stored.length}`,
    fix:
      "Load the weights into the model that they were saved from, or those of layers with the same " +
      "names: loadWeights(path, { byName: true, skipMismatch: true }).",
  });
}

/** A layer with weights, and the group that it has in the file. */
interface Pair {
  readonly own: LayerGroup;
  readonly stored: StoredGroup | undefined;
}

function foundInPairs(pairs: readonly Pair[], all: readonly StoredGroup[]): FoundWeights {
  const places = new Set(all.flatMap(({ name, paths }) => paths.map((path) => `${name}/${path}`)));
  const found = pairs.flatMap(({ own: { name, weights }, stored }) =>
    weights.flatMap((weight, i): FoundWeight[] => {
      const path = stored?.paths[i];
      const where = `${stored?.name ?? name}/${path ?? i}`;
      places.delete(where);
      if (isCount(weight)) return [];
      const value = stored && path !== undefined ? findDataset(stored.group, path) : undefined;
      return [{ weight, value, where }];
    }),
  );
  return { found, unexpected: [...places] };
}
