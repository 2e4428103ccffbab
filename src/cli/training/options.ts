// What `fovea train` takes.

import { z } from "zod";
import { precisions } from "../../kernel/schedules/schedule.ts";
import { type OptimizerName, optimizers } from "../../nn/optimizers/index.ts";
import { architectureNames } from "../../zoo/index.ts";
import { batchSizeField, dataFields, deviceFields, outputFields } from "../fields.ts";

const optimizerNames = Object.keys(optimizers) as OptimizerName[];

export const trainOptions = z.object({
  ...dataFields,
  model: z.enum(architectureNames).default("mnist").meta({ description: "the architecture" }),
  epochs: z.int().min(1).optional().meta({
    description:
      "how often every image is seen, earlier runs included (default: 5, more on small data)",
  }),
  batchSize: batchSizeField,
  optimizer: z.enum(optimizerNames).default("adam").meta({ description: "how weights learn" }),
  learningRate: z
    .number()
    .positive()
    .optional()
    .meta({ description: "how far a step goes at most (default: by optimizer and schedule)" }),
  schedule: z.enum(["cosine", "constant"]).default("cosine").meta({
    description: "whether the learning rate rises and then falls to 0, or stays",
  }),
  validation: z
    .number()
    .min(0)
    .lt(1)
    .default(0.1)
    .meta({
      value: "share",
      description:
        "the share of each class's training images that is held out: they decide which epoch is the best. " +
        "With 0 none is",
    }),
  saveEvery: z.int().min(1).optional().meta({
    value: "steps",
    description: "save within an epoch, too, after so many steps (default: after each epoch)",
  }),
  seed: z.int().default(0).meta({
    description: "decides first weights, order of images and dropout",
  }),
  precision: z.enum(precisions).default("fast").meta({
    description: "fast allows convolutions that round more, exact does not",
  }),
  ...deviceFields,
  out: z
    .string()
    .min(1)
    .optional()
    .meta({ value: "folder", description: "the run folder, a new one (default: runs/train[-N])" }),
  resume: z.string().min(1).optional().meta({
    value: "path",
    description: "go on with a run: its folder, or one of its model files",
  }),
  ...outputFields,
  quiet: z.boolean().default(false).meta({ description: "print only the result" }),
});

export type TrainOptions = z.output<typeof trainOptions>;

/** Options about the screen and the place, which are not the run's own. */
export const passingOptions = ["out", "resume", "json", "quiet"] as const;
