// Weights as Keras 3 keeps them, in folders by class and number: `.weights.h5`, and inside of `.keras`.

import type { Warn } from "../../core/warn.ts";
import {
  emptyGroup,
  findGroup,
  groupAt,
  type Hdf5Dataset,
  type Hdf5Group,
  putDataset,
} from "../../formats/hdf5-tree.ts";
import type { Network } from "../../nn/network.ts";
import type { CompileOptions } from "../../train/options.ts";
import { type FoundWeight, takeWeights } from "../found-weights.ts";
import type { ModelToStore, StoredModel, Values } from "../stored-model.ts";
import { decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { isCount, type PlacedWeight, placesOf } from "./weight-places.ts";

type State = Pick<StoredModel, "weights" | "slots" | "iterations">;

/** The folders of a model's values; without `model` those of its weights alone. */
export function weightsFolder(network: Network, weights: Values, model?: ModelToStore): Hdf5Group {
  const root = emptyGroup();
  const variables = (path: string, name: string) => {
    const folder = groupAt(root, `${path}/vars`);
    folder.attributes.name = name;
    return folder.datasets;
  };
  variables("", network.name);
  for (const { path, name, weights: placed } of placesOf(network)) {
    variables(path, name);
    placed.forEach((weight, i) => {
      putDataset(root, `${path}/vars/${i}`, storedValue(weight, weights));
    });
  }
  if (model?.settings !== undefined) {
    const { optimizer } = model.settings;
    const folder = variables("optimizer", optimizer.name);
    const { slots, iterations, learningRate } = model;
    const rate = typeof learningRate === "number" ? learningRate : undefined;
    encodeOptimizerState(network, optimizer, { slots, iterations, rate }).forEach((value, i) => {
      folder.set(String(i), value);
    });
  }
  return root;
}

/** What a file has in a weight's place. */
export function storedValue(weight: PlacedWeight, weights: Values): Hdf5Dataset {
  const value = weights.get(weight.fullName);
  if (value !== undefined) return value;
  return { data: new Float64Array(1), shape: [], dtype: "i64" };
}

/** All weights that a file has to have. @throws FormatError where one is missing or does not fit. */
export function weightsOf(found: readonly FoundWeight[]): Values {
  return takeWeights(found, { skipMismatch: false, warn: () => undefined }).weights;
}

/** What folders have for each weight: by their order, or by the names of layers that they state. */
export function foundInFolders(network: Network, root: Hdf5Group, byName = false) {
  const named = byName ? foldersByName(root) : new Map<string, Hdf5Group>();
  return placesOf(network).flatMap(({ path, name, weights: placed }): FoundWeight[] => {
    const folder = byName ? named.get(name) : findGroup(root, `${path}/vars`);
    // Normalization that was made with its statistics keeps them among its options alone.
    const isBare = placed.some(isCount) && (folder?.datasets.size ?? 0) === 0;
    const own = isBare ? [] : placed.filter((weight) => !isCount(weight));
    const place = byName ? name : `${path}/vars`;
    return own.map((weight, i) => {
      return { weight, value: folder?.datasets.get(String(i)), where: `${place}/${i}` };
    });
  });
}

/** Folders of variables by the names that they state; the first of a name counts. */
function foldersByName(group: Hdf5Group, found = new Map<string, Hdf5Group>()) {
  for (const [key, child] of group.groups) {
    const { name } = child.attributes;
    const isOwn = key === "vars" && typeof name === "string" && child.datasets.size > 0;
    if (isOwn && !found.has(name)) found.set(name, child);
    foldersByName(child, found);
  }
  return found;
}

/** Weights, and what the optimizer remembers. */
export function stateFolder(
  network: Network,
  root: Hdf5Group,
  compile: CompileOptions | undefined,
  warn: Warn,
): State {
  const weights = weightsOf(foundInFolders(network, root));
  const folder = findGroup(root, "optimizer/vars")?.datasets;
  if (compile === undefined || typeof compile.optimizer === "string" || folder === undefined) {
    return { weights, slots: new Map(), iterations: 0 };
  }
  const values = Array.from({ length: folder.size }, (_, i) => folder.get(String(i)));
  const whole = values.filter((value) => value !== undefined);
  return { weights, ...decodeOptimizerState(network, compile.optimizer, whole, warn) };
}
