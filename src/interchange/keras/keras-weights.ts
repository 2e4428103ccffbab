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
import { type FoundWeight, type FoundWeights, takeWeights } from "../found-weights.ts";
import {
  progressAfter,
  type StoredModel,
  type StoredTraining,
  type Values,
} from "../stored-model.ts";
import { decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { isCount, type PlacedWeight, placesOf } from "./weight-places.ts";

/** Where a whole model keeps what the optimizer remembers. */
const optimizerFolder = "optimizer";

type State = Pick<StoredModel, "weights" | "slots" | "progress">;

/** The folders of a model's values; without `model` those of its weights alone. */
export function weightsFolder(network: Network, weights: Values, model?: StoredModel): Hdf5Group {
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
  if (model?.training !== undefined) {
    const folder = variables(optimizerFolder, model.training.optimizer.name);
    encodeOptimizerState(model, model.training).forEach((value, i) => {
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
  const all = { found, unexpected: [] };
  return takeWeights(all, { skipMismatch: false, warn: () => undefined }).weights;
}

/** What folders have for each weight: by their order, or by the names of layers that they state. */
export function foundInFolders(network: Network, root: Hdf5Group, byName = false): FoundWeights {
  const folders = byName ? foldersByName(root) : foldersByPath(root);
  const places = new Set(
    [...folders].flatMap(([place, { datasets }]) =>
      [...datasets.keys()].map((number) => `${place}/${number}`),
    ),
  );
  const found = placesOf(network).flatMap(({ path, name, weights: placed }): FoundWeight[] => {
    const place = byName ? name : `${path}/vars`;
    const folder = folders.get(place);
    placed.forEach((_, i) => {
      places.delete(`${place}/${i}`);
    });
    // Normalization that was made with its statistics keeps them among its options alone.
    const isBare = placed.some(isCount) && (folder?.datasets.size ?? 0) === 0;
    const own = isBare ? [] : placed.filter((weight) => !isCount(weight));
    return own.map((weight, i) => {
      return { weight, value: folder?.datasets.get(String(i)), where: `${place}/${i}` };
    });
  });
  return { found, unexpected: [...places] };
}

/** Folders of variables by their paths, such as `layers/dense/vars`; those of the optimizer left out. */
function foldersByPath(group: Hdf5Group, prefix = "", found = new Map<string, Hdf5Group>()) {
  for (const [key, child] of group.groups) {
    const path = `${prefix}${key}`;
    if (path === optimizerFolder) continue;
    if (key === "vars") found.set(path, child);
    foldersByPath(child, `${path}/`, found);
  }
  return found;
}

/** Folders of variables by the names that they state; the first of a name counts. */
function foldersByName(group: Hdf5Group, found = new Map<string, Hdf5Group>(), isTop = true) {
  for (const [key, child] of group.groups) {
    if (isTop && key === optimizerFolder) continue;
    const { name } = child.attributes;
    const isOwn = key === "vars" && typeof name === "string" && child.datasets.size > 0;
    if (isOwn && !found.has(name)) found.set(name, child);
    foldersByName(child, found, false);
  }
  return found;
}

/** Weights, and what the optimizer remembers. */
export function stateFolder(
  network: Network,
  root: Hdf5Group,
  training: StoredTraining | undefined,
  warn: Warn,
): State {
  const weights = weightsOf(foundInFolders(network, root).found);
  const folder = findGroup(root, `${optimizerFolder}/vars`)?.datasets;
  if (training === undefined || folder === undefined) {
    return { weights, slots: new Map(), progress: progressAfter(0) };
  }
  const values = Array.from({ length: folder.size }, (_, i) => folder.get(String(i)));
  const whole = values.filter((value) => value !== undefined);
  const state = decodeOptimizerState(network, training.optimizer, whole, warn);
  return { weights, slots: state.slots, progress: progressAfter(state.iterations) };
}
