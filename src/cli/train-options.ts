// The recipe of a model: everything that decides what training makes of it, as one flat record. A row here
// is an option of `fovea train`, a field of args.json, and what every other command reads of a run.

import { z } from "zod";
import { policy, policyNames } from "../augment/policies.ts";
import { type ExampleSet, inputShapeOf, labelsOf } from "../data/example-set.ts";
import { preprocessSchema } from "../interchange/safetensors/model-description.ts";
import { precisions } from "../kernel/schedules/schedule.ts";
import type { Device } from "../machine/device.ts";
import { layersBefore } from "../nn/layers-before.ts";
import { lossFrom } from "../nn/losses/index.ts";
import type { Network } from "../nn/network.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../nn/optimizers/index.ts";
import type { LearningRate } from "../nn/optimizers/learning-rate.ts";
import { Model } from "../train/model.ts";
import { zoo } from "../zoo/index.ts";
import {
  batchSizeField,
  dataFields,
  deviceFields,
  networkField,
  outputFields,
  pictureFields,
} from "./fields.ts";

const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/** The parts that are typed as options: `--batch-size` is `batchSize`. */
export const recipeFields = {
  ...dataFields,
  ...pictureFields,
  validation: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .meta({
      value: "share",
      description:
        "The share of each class's training images that is held out to choose the best epoch. " +
        "With 0 there is no best epoch.",
    }),
  network: networkField,
  epochs: z
    .int()
    .min(1)
    .optional()
    .meta({
      description:
        "How often to go through the training images, earlier runs included. " +
        "Default: 5, more for small datasets.",
    }),
  batchSize: batchSizeField,
  optimizer: z.enum(optimizerNames).default("adam").meta({ description: "The optimizer." }),
  learningRate: z.number().positive().optional().meta({
    description: "The highest learning rate. Default: depends on optimizer and schedule.",
  }),
  schedule: z.enum(["cosine", "constant"]).default("cosine").meta({
    description: "How the learning rate changes: cosine goes up, then down to 0; constant stays.",
  }),
  labelSmoothing: z.number().min(0).lt(1).default(0).meta({
    value: "share",
    description: "The share of each label that is spread over all classes.",
  }),
  augment: z
    .enum(["none", ...policyNames])
    .default("none")
    .meta({
      description: "How training images are changed at random.",
      shownDefault: "standard for a folder of colour pictures, light for grey ones, else none",
    }),
  classWeights: z.boolean().default(false).meta({
    description: "Make rare classes count as much as others.",
  }),
  patience: z
    .int()
    .min(0)
    .optional()
    .meta({
      value: "epochs",
      description:
        "Stop when val_loss has not improved for this many epochs; 0 never stops. Default: for a folder of pictures a " +
        "quarter of the epochs, at least 10; else 0.",
    }),
  saveEvery: z.int().min(1).optional().meta({
    value: "steps",
    description: "Also save after every so many steps. Default: only after each epoch.",
  }),
  seed: z.int().default(0).meta({
    description: "The seed of initial weights, order of images and dropout.",
  }),
  precision: z.enum(precisions).default("fast").meta({
    description: "exact avoids the faster convolutions with larger rounding errors.",
  }),
  ...deviceFields,
};

/** The parts that no option sets yet. */
const fixedFields = {
  /** Of the pictures of a folder. */
  channels: z.literal([1, 3]).default(3),
  loss: z.string().default("sparseCategoricalCrossentropy"),
  /** Layers that are not trained. */
  freezing: z.array(z.never()).default([]),
  /** What is done to images before the first layer. Those of Fovea's datasets are bytes from 0 to 255. */
  preprocess: z._default(preprocessSchema, { scale: 1 / 255 }),
};

export const recipeSchema = z.object({
  ...recipeFields,
  ...fixedFields,
  // A run may continue with a model that a program made; then this is that model's name.
  network: z.string().default("mnist"),
});

export type Recipe = z.output<typeof recipeSchema>;

/** The recipe in a command's options; what the command has no option for is as usual. */
export function recipeOf(options: Readonly<Record<string, unknown>>): Recipe {
  return recipeSchema.parse(options);
}

/**
 * The compiled model that a recipe asks for, fitted to images.
 *
 * @param learningRate Default: the optimizer's own.
 */
export async function modelFor(
  recipe: Recipe,
  images: ExampleSet,
  device: Device,
  learningRate?: LearningRate,
): Promise<Model> {
  const network = await zoo.build(recipe.network, {
    inputShape: inputShapeOf(images),
    classes: classCountIn(images),
  });
  const { seed, precision, preprocess, optimizer, loss, labelSmoothing } = recipe;
  const model = new Model(augmented(network, recipe), { seed, precision, preprocess, device });
  model.compile({
    optimizer: optimizerFrom(optimizer, learningRate === undefined ? {} : { learningRate }),
    loss: lossFrom(loss, labelSmoothing === 0 ? {} : { labelSmoothing }),
    metrics: ["accuracy"],
  });
  return model;
}

/** The network behind layers that change images in training, where that is asked for. */
function augmented(network: Network, { augment, preprocess }: Recipe): Network {
  if (augment === "none") return network;
  const { scale = 1, offset = 0 } = preprocess;
  return layersBefore(network, policy(augment, { valueRange: [offset, 255 * scale + offset] }));
}

/** The classes that have names, else one more than the highest label. */
function classCountIn(images: ExampleSet): number {
  return images.classNames?.length ?? Math.max(...new Set<number>(labelsOf(images))) + 1;
}

/** What `fovea train` takes: a recipe, where the run is kept, and how much is printed. */
export const trainOptions = z.object({
  ...recipeFields,
  out: z.string().min(1).optional().meta({
    value: "folder",
    description: "A new folder for the run. Default: runs/train, then runs/train-2 and so on.",
  }),
  resume: z.string().min(1).optional().meta({
    value: "path",
    description: "Continue a run: its folder, or one of its model files.",
  }),
  ...outputFields,
  quiet: z.boolean().default(false).meta({ description: "Print only the result." }),
});

export type TrainOptions = z.output<typeof trainOptions>;
