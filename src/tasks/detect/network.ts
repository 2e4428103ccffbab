// The network that finds objects, compiled.

import { detection } from "../../nn/losses/detection.ts";
import type { Model } from "../../train/model.ts";
import type { DetectionAugmentation } from "../../vision/detection/augmentation.ts";
import { detector } from "../../vision/detection/detector.ts";
import type { ArchitectureName } from "../../zoo/index.ts";
import type { ModelRequest } from "../annotated/annotated-task.ts";
import { startOf } from "../annotated/choice.ts";
import { optimizerIn } from "../optimizer.ts";
import type { Recipe } from "../recipe.ts";

/** Small pictures have small objects, for which coarse features are of no use. */
const smallSide = 160;

/** What the plain backbone is made of. */
const plain = { depth: 5, width: 24, dropout: 0 };

/** The compiled detector that a recipe asks for. */
export async function detectorFor(request: ModelRequest): Promise<Model> {
  const { recipe, classNames, learningRate } = request;
  const { network, size = 320, channels } = recipe;
  const model = await detector({
    ...startOf(request),
    classes: classNames,
    backbone: network as ArchitectureName,
    ...(network === "custom-cnn" && { backboneOptions: plain as object }),
    inputShape: [size, size, channels],
    strides: size <= smallSide ? [8, 16] : [8, 16, 32],
    name: network,
  });
  model.compile({
    optimizer: optimizerIn(recipe, learningRate === undefined ? {} : { learningRate }),
    loss: detection(),
  });
  return model;
}

/** How pictures change in training. */
export function augmentationOf({ augment }: Recipe): DetectionAugmentation | false {
  if (augment === "none") return false;
  if (augment === "light") return { scale: [1, 1], aspect: 0 };
  return {};
}
