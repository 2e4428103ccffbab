// The network that learns classes: an architecture of the zoo behind layers that augment, compiled.

import { type PolicyName, policy } from "../../augment/policies.ts";
import { classCountIn, type ExampleSet, inputShapeOf } from "../../data/example-set.ts";
import type { Device } from "../../machine/device.ts";
import { layersBefore } from "../../nn/layers-before.ts";
import { lossFrom } from "../../nn/losses/index.ts";
import type { Network } from "../../nn/network.ts";
import type { LearningRate } from "../../nn/optimizers/learning-rate.ts";
import type { Preprocess } from "../../nn/preprocess.ts";
import { Model } from "../../train/model.ts";
import { transfer } from "../../transfer/transfer.ts";
import { zoo } from "../../zoo/index.ts";
import { baseFor, progressFor } from "../base.ts";
import { optimizerIn } from "../optimizer.ts";
import type { Recipe } from "../recipe.ts";
import type { LoadListener } from "../task.ts";

/**
 * The compiled model that a recipe asks for, fitted to images.
 *
 * @param learningRate Default: the optimizer's own.
 */
export async function classifierFor(
  recipe: Recipe,
  images: ExampleSet,
  device: Device,
  listener: LoadListener,
  learningRate?: LearningRate,
): Promise<Model> {
  const { seed, precision, loss, labelSmoothing } = recipe;
  const { network, preprocess } = await networkFor(recipe, images, listener);
  const model = new Model(network, { seed, precision, preprocess, device });
  model.compile({
    optimizer: optimizerIn(recipe, learningRate === undefined ? {} : { learningRate }),
    loss: lossFrom(loss, labelSmoothing === 0 ? {} : { labelSmoothing }),
    metrics: ["accuracy"],
  });
  return model;
}

/** A network that is not compiled yet, and what is done to images first. */
interface Prepared {
  readonly network: Network;
  readonly preprocess: Preprocess;
}

/** The network of an architecture, or a trained base with a new head. */
async function networkFor(
  recipe: Recipe,
  images: ExampleSet,
  listener: LoadListener,
): Promise<Prepared> {
  const { base, augment, preprocess } = recipe;
  if (base !== undefined) return transferredFor(base, recipe, images, listener);
  const network = await zoo.build(recipe.network, {
    inputShape: inputShapeOf(images),
    classes: classCountIn(images),
  });
  if (augment === "none") return { network, preprocess };
  return { network: layersBefore(network, augmentation(augment, preprocess)), preprocess };
}

/** Layers that change images in training; none where that is not asked for. */
function augmentation(augment: "none" | PolicyName, preprocess: Preprocess) {
  return augment === "none" ? [] : policy(augment, { valueRange: rangeOf(preprocess) });
}

/** What bytes become at least and at most, over all channels. */
function rangeOf({ scale = 1, offset = 0, mean = 0, deviation = 1 }: Preprocess): [number, number] {
  const [means, deviations] = [[mean].flat(), [deviation].flat()];
  const channels = Math.max(means.length, deviations.length);
  const ends = [0, 255].map((byte) =>
    Array.from({ length: channels }, (_, i) => {
      const at = (values: readonly number[]) => values[Math.min(i, values.length - 1)];
      return (byte * scale + offset - at(means)) / at(deviations);
    }),
  );
  return [Math.min(...ends[0]), Math.max(...ends[1])];
}

/** A base of the zoo with its weights, frozen, and a head for the classes of the images. */
async function transferredFor(
  name: string,
  recipe: Recipe,
  images: ExampleSet,
  listener: LoadListener,
): Promise<Prepared> {
  const { weights = "imagenet", size, resize, augment } = recipe;
  const architecture = await baseFor(name, weights, listener);
  const base = await zoo.load(name, {
    includeTop: false,
    inputShape: inputShapeOf(images),
    weights: weights === "none" ? null : weights,
    onWarning: listener.onWarning,
    ...progressFor(listener),
  });
  // As the base wants numbers to be, and as the pictures of the folder are resized.
  const { scale, offset, mean, deviation, channelOrder } = base.preprocess[0] ?? {};
  const preprocess = {
    ...(scale !== undefined && { scale }),
    ...(offset !== undefined && { offset }),
    ...(mean !== undefined && { mean }),
    ...(deviation !== undefined && { deviation }),
    ...(channelOrder !== undefined && { channelOrder }),
    ...(size !== undefined && { size: [size, size] as const, resize }),
  };
  const { network } = transfer(base, {
    classes: classCountIn(images),
    augmentation: augmentation(augment, preprocess),
    preprocess,
    // As the base was asked for: a run is known by the name of its network.
    name: architecture.name,
  });
  return { network, preprocess };
}
