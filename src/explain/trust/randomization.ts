// Whether a map depends on what the network learned: layers are given random weights, from the last to the
// first, and the map is drawn again. Adebayo et al., Sanity checks for saliency maps, NeurIPS 2018.

import type { Tensor } from "../../core/tensor.ts";
import type { CustomLayers } from "../../nn/custom-layer.ts";
import { networkFrom } from "../../nn/network-from.ts";
import { model as modelOf } from "../../train/functional.ts";
import type { Model } from "../../train/model.ts";
import { type Attribution, type AttributionOptions, attribute } from "../attribute.ts";
import { rankCorrelation } from "./ranks.ts";

/** How alike the map stays. */
export interface Randomization {
  /** The layers, last first, and the similarity once they and all later ones are random: -1 to 1. */
  readonly layers: readonly { readonly layer: string; readonly similarity: number }[];
  /** The similarity once every layer is random. */
  readonly similarity: number;
}

/** Layers after which the map is drawn again: at most so many, evenly spread. */
const mostSteps = 8;

/** Draws the map of a copy of the model whose layers become random, last first. The model stays as it is. */
export async function randomization(
  model: Model,
  picture: Tensor,
  found: Attribution,
  options: AttributionOptions & { readonly seed: number; readonly customLayers?: CustomLayers },
): Promise<Randomization> {
  const { seed, customLayers, ...rest } = options;
  const random = copyOf(model, seed + 1, customLayers);
  const copy = copyOf(model, seed, customLayers);
  try {
    const weights = new Map(await model.getWeights());
    const drawn = await random.getWeights();
    const owners = [...model.network.owners].filter((owner) => owner.weights.length > 0).reverse();
    const every = Math.max(1, Math.ceil(owners.length / mostSteps));
    const layers: { layer: string; similarity: number }[] = [];
    for (const [i, { path, weights: own }] of owners.entries()) {
      for (const { name } of own) {
        const fullName = path === "" ? name : `${path}/${name}`;
        const value = drawn.get(fullName);
        if (value !== undefined) weights.set(fullName, value);
      }
      if ((i + 1) % every !== 0 && i !== owners.length - 1) continue;
      await copy.setWeights(weights);
      const { classIndex, layers: looked } = found;
      const layer = looked.length === 0 ? {} : { layer: looked };
      const again = await attribute(copy, picture, { ...rest, ...layer, classIndex });
      layers.push({ layer: path, similarity: rankCorrelation(found.map.data, again.map.data) });
    }
    return { layers, similarity: layers[layers.length - 1]?.similarity ?? 1 };
  } finally {
    await copy.dispose();
    await random.dispose();
  }
}

/** A model of the same architecture, with weights of its own. */
function copyOf(model: Model, seed: number, customLayers: CustomLayers = {}): Model {
  const network = networkFrom(model.network.toConfig(), customLayers);
  const [first] = model.preprocess;
  return modelOf(network, { seed, ...(first === undefined ? {} : { preprocess: first }) });
}
