// The network that gives every pixel a class, compiled.

import { policy } from "../../augment/policies.ts";
import type { LayerInstance } from "../../nn/layer-instance.ts";
import type { Model } from "../../train/model.ts";
import { segmentationCompileOptions } from "../../vision/segmentation/compile-options.ts";
import { segmentationNetwork } from "../../vision/segmentation/segmentation-network.ts";
import type { ModelRequest } from "../annotated/annotated-task.ts";
import { startOf } from "../annotated/choice.ts";
import { optimizerIn } from "../optimizer.ts";
import type { Recipe } from "../recipe.ts";

/** What U-Net is made of where it begins at random. */
const plain = { filters: 16 };

/** The compiled model that a recipe asks for. */
export async function segmenterFor(request: ModelRequest): Promise<Model> {
  const { recipe, classNames, learningRate } = request;
  const { network, size = 256, channels, patches } = recipe;
  const model = await segmentationNetwork({
    ...startOf(request),
    classes: classNames.length,
    inputShape: [size, size, channels],
    resize: !patches,
    ...(network === "unet" ? { architecture: plain } : { encoder: network }),
  });
  const { loss, metrics = [] } = segmentationCompileOptions(model);
  const rate = learningRate === undefined ? {} : { learningRate };
  model.compile({ optimizer: optimizerIn(recipe, rate), loss, metrics });
  return model;
}

/** Layers that change pictures and their masks in training. */
export function augmentationOf({ augment }: Recipe): readonly LayerInstance[] | false {
  return augment === "none" ? false : policy(augment, { valueRange: [0, 255] });
}
