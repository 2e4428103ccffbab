// The recipe of a model: everything that decides what training makes of it, as one flat record. A row here
// is an option of `fovea train`, a field of args.json, and what every other command reads of a run.

import { z } from "zod";
import { policyNames } from "../augment/policies.ts";
import { preprocessSchema } from "../interchange/safetensors/model-description.ts";
import { precisions } from "../kernel/schedules/schedule.ts";
import { type OptimizerName, optimizers } from "../nn/optimizers/index.ts";
import { taskNames } from "../tasks/names.ts";
import type { Recipe } from "../tasks/recipe.ts";
import { recipes as phaseRecipes, type RecipeName } from "../transfer/phases.ts";
import {
  architectureField,
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
  task: z
    .enum(taskNames)
    .default("classify")
    .meta({
      description:
        "What is learned: the class of each picture, the class of each pixel (from a folder with masks), or where objects " +
        "are (from a folder with boxes).",
    }),
  ...pictureFields,
  patches: z.boolean().default(false).meta({
    description:
      "With --task segment: train on parts of the pictures in full resolution, rather than resize them.",
  }),
  validation: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .meta({
      value: "share",
      description:
        "The share of the training images that is held out to choose the best epoch. " +
        "With 0 there is no best epoch.",
    }),
  network: networkField,
  base: architectureField.optional().meta({
    ...architectureField.meta(),
    description:
      "Begin with the features of this architecture, which is trained already, and put a new head for your classes on them.",
  }),
  weights: z.string().min(1).optional().meta({
    value: "name|path",
    description:
      "The weights of --base: imagenet, which are downloaded once, a file, or none. Default: imagenet.",
  }),
  phases: z
    .enum(Object.keys(phaseRecipes) as RecipeName[])
    .optional()
    .meta({
      description:
        "With --task classify: what is trained of a network on --base, phase after phase. head: the new head alone; two: then " +
        "also the last layers of the base; three: then all layers; oneCycle: the head, then all layers, as in fastai. " +
        "Default: two.",
    }),
  unfreeze: z
    .string()
    .min(1)
    .optional()
    .meta({
      value: "layers",
      description:
        "With --task classify: the layers of --base that the second phase trains: how many of the last ones, the name of " +
        "the first, or all. Default: 20.",
    }),
  sizes: z.string().min(1).optional().meta({
    value: "pixels",
    description:
      "With --base: height and width of pictures in each phase, such as 128,224. The last one is that of the model.",
  }),
  epochs: z
    .int()
    .min(1)
    .optional()
    .meta({
      description:
        "How often to go through the training images; with --resume, the epochs before count too. " +
        "Default: 5, more for small datasets.",
    }),
  batchSize: batchSizeField.meta({
    ...batchSizeField.meta(),
    shownDefault: "128, or chosen for a folder of pictures",
  }),
  optimizer: z.enum(optimizerNames).default("adam").meta({ description: "The optimizer." }),
  learningRate: z.number().positive().optional().meta({
    description: "The highest learning rate. Default: depends on optimizer and schedule.",
  }),
  schedule: z.enum(["cosine", "constant"]).default("cosine").meta({
    description: "How the learning rate changes: cosine goes up, then down to 0; constant stays.",
  }),
  ema: z.number().min(0).lt(1).optional().meta({
    value: "decay",
    description:
      "Measure and keep moving averages of the weights: how much of them stays at each step, such as 0.999. Default: none.",
  }),
  labelSmoothing: z.number().min(0).lt(1).default(0).meta({
    value: "share",
    description: "With --task classify: the share of each label that is spread over all classes.",
  }),
  augment: z
    .enum(["none", ...policyNames])
    .default("none")
    .meta({
      description: "How training images are changed at random.",
      shownDefault: "standard for a folder of colour pictures, light for grey ones, else none",
    }),
  classWeights: z.boolean().default(false).meta({
    description: "With --task classify: make rare classes count as much as others.",
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
  /** Epochs of each phase on a base but the last. */
  phaseEpochs: z.array(z.int()).optional(),
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
}) satisfies z.ZodType<Recipe>;

/** The recipe in a command's options; what the command has no option for is as usual. */
export function recipeOf(options: Readonly<Record<string, unknown>>): Recipe {
  return recipeSchema.parse(options);
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
  figures: z.enum(["yes", "no"]).default("yes").meta({
    description: "Whether each figure of the report is written as a file as well, .svg and .png.",
  }),
  ...outputFields,
  quiet: z.boolean().default(false).meta({ description: "Print only the result." }),
});

export type TrainOptions = z.output<typeof trainOptions>;
