// The options that several commands take, each described once.

import { z } from "zod";
import { names as datasetNames } from "../data/datasets/index.ts";
import { targetNames } from "../machine/open.ts";

/** Where examples come from. */
export const dataFields = {
  data: z
    .string()
    .default("fashion-mnist")
    .meta({
      value: "name|folder",
      description: `a dataset (${datasetNames.join(", ")}), or a folder with four IDX files`,
    }),
  source: z
    .enum(["auto", "cache", "system", "download", "sample"])
    .default("auto")
    .meta({ value: "place", description: "where to take a named dataset from" }),
};

/** The same as a schema of its own. */
export const dataOptions = z.object(dataFields);

/** Where the work is done. */
export const deviceFields = {
  target: z
    .enum(["auto", ...targetNames])
    .default("auto")
    .meta({ description: "what computes" }),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .meta({ description: "threads that compute (default: one a core)" }),
};

/** Who reads the answer. */
export const outputFields = {
  json: z.boolean().default(false).meta({ description: "print JSON, for machines" }),
};

/** A trained model. */
export const modelField = z.string().meta({
  value: "path",
  description:
    "a file (.safetensors, .keras, .h5, or model.json), or a run folder: its best.safetensors",
});

/** Images that are worked on at a time. */
export const batchSizeField = z
  .int()
  .min(1)
  .default(128)
  .meta({ description: "images in one step" });
