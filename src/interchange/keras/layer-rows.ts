// The layers that Keras has as well, from their facts. Weights need no row: they stand in the same order on
// both sides, but for `Normalization`, which counts what it has seen (weight-places.ts).

import { layers } from "../../nn/layers/index.ts";
import { rowsOf } from "./row.ts";

/** Every layer states its name and whether it is trained in a way of its own (layer.ts). */
export const layerRows = rowsOf(layers, ["name", "trainable"]);

/** Layers whose place in Keras is taken by things of another kind (operation.ts). */
export const noLayersToKeras: readonly string[] = ["operation"];

/** Layers that Keras has not; files name them by their own class, which Keras must be handed. */
export const ownLayers: readonly string[] = Object.keys(layers).filter(
  (name) => !Object.hasOwn(layerRows, name) && !noLayersToKeras.includes(name),
);
