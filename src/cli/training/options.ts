// What `fovea train` takes. Floor 8.

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
  validationSplit: z.number().min(0).lt(1).default(0).meta({
    value: "share",
    description: "training images held back to validate on; with 0 it is the test images",
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
  resume: z
    .string()
    .min(1)
    .optional()
    .meta({ value: "path", description: "go on with a run: its folder, or its last.safetensors" }),
  ...outputFields,
  quiet: z.boolean().default(false).meta({ description: "print only the result" }),
});

export type TrainOptions = z.output<typeof trainOptions>;

/** Options about the screen and the place, which are not the run's own. */
export const passingOptions = ["out", "resume", "json", "quiet"] as const;
