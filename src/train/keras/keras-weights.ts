// Weights as Keras 3 keeps them, in folders by class and number: `.weights.h5`, and inside of `.keras`.
// Floor 5.

import { sameShape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import {
  emptyGroup,
  findDataset,
  findGroup,
  groupAt,
  type Hdf5Dataset,
  type Hdf5Group,
  putDataset,
} from "../../formats/hdf5-tree.ts";
import type { Network } from "../../nn/network.ts";
import type { CompileOptions } from "../options.ts";
import { decodeOptimizerState, encodeOptimizerState } from "./optimizer-state.ts";
import { refuse } from "./refuse.ts";
import type { ModelToStore, StoredModel, Values } from "./stored-model.ts";
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

/** A weight from a file. @throws FormatError where it is not there, or of another shape. */
export function weightIn(
  { fullName, shape }: PlacedWeight,
  value: Tensor | undefined,
  where: string,
): readonly [string, { readonly data: Float32Array; readonly shape: readonly number[] }] {
  // Some versions keep dimensions of 1 that others leave out.
  const squeezed = (dimensions: readonly number[]) => dimensions.filter((size) => size !== 1);
  const fits =
    value !== undefined &&
    value.data.length === sizeOf(shape) &&
    sameShape(squeezed(value.shape), squeezed(shape));
  if (fits) {
    const { data } = value;
    return [
      fullName,
      { data: data instanceof Float32Array ? data : new Float32Array(data), shape },
    ];
  }
  return refuse({
    what: `The weight "${fullName}" does not fit.`,
    expected: `[${shape.join(", ")}]`,
    received: value === undefined ? `nothing at ${where}` : `[${value.shape.join(", ")}]`,
    fix: "Load the weights into the model that they were saved from.",
  });
}

/** The weights in folders. @throws FormatError where one is missing or does not fit. */
export function weightsIn(network: Network, root: Hdf5Group): Values {
  const weights = new Map<string, ReturnType<typeof weightIn>[1]>();
  for (const { path, weights: placed } of placesOf(network)) {
    const folder = findGroup(root, `${path}/vars`);
    // Normalization that was made with its statistics keeps them among its options alone.
    const isBare = placed.some(isCount) && (folder?.datasets.size ?? 0) === 0;
    const own = isBare ? [] : placed.filter((weight) => !isCount(weight));
    own.forEach((weight, i) => {
      const where = `${path}/vars/${i}`;
      const [name, value] = weightIn(weight, findDataset(root, where), where);
      weights.set(name, value);
    });
  }
  return weights;
}

/** Weights, and what the optimizer remembers. */
export function stateFolder(
  network: Network,
  root: Hdf5Group,
  compile: CompileOptions | undefined,
): State {
  const weights = weightsIn(network, root);
  const folder = findGroup(root, "optimizer/vars")?.datasets;
  if (compile === undefined || typeof compile.optimizer === "string" || folder === undefined) {
    return { weights, slots: new Map(), iterations: 0 };
  }
  const values = Array.from({ length: folder.size }, (_, i) => folder.get(String(i)));
  const whole = values.filter((value) => value !== undefined);
  return { weights, ...decodeOptimizerState(network, compile.optimizer, whole) };
}
