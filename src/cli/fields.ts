// The options that several commands take, each described once.

import { z } from "zod";
import { names as datasetNames } from "../data/datasets/index.ts";
import { targetNames } from "../machine/open.ts";
import { acceptedNames } from "../zoo/index.ts";

/** Where examples come from. */
export const dataFields = {
  data: z
    .string()
    .default("fashion-mnist")
    .meta({
      value: "name|folder",
      description:
        `A dataset (${datasetNames.join(", ")}), a folder of pictures, a table of labels (.csv), or a folder with ` +
        "four IDX files.",
    }),
  source: z
    .enum(["auto", "cache", "system", "download", "sample"])
    .default("auto")
    .meta({ value: "place", description: "Where to take the dataset from." }),
};

/** The same for a trained model, which knows its data. */
export const trainedDataFields = {
  ...dataFields,
  data: dataFields.data.meta({
    ...dataFields.data.meta(),
    shownDefault: "the dataset that the model was trained on, or else fashion-mnist",
  }),
};

/** How the pictures of a folder become images of one size. */
export const pictureFields = {
  size: z.int().min(8).max(1024).optional().meta({
    value: "pixels",
    description: "Height and width of the pictures of a folder. Default: chosen from the pictures.",
  }),
  resize: z.enum(["cover", "stretch", "contain"]).default("cover").meta({
    description:
      "With --task classify: how pictures of other proportions are resized. cover crops, contain pads.",
  }),
  strict: z
    .boolean()
    .default(false)
    .meta({ description: "Stop with an error if a folder has files that cannot be used." }),
};

/** The same as a schema of its own. */
export const dataOptions = z.object(dataFields);

/** Where the work is done. */
export const deviceFields = {
  target: z
    .enum(["auto", ...targetNames])
    .default("auto")
    .meta({ description: "What computes; auto takes the fastest." }),
  threads: z
    .int()
    .min(1)
    .max(256)
    .optional()
    .meta({
      description:
        "How many threads compute. Default: one for each core that this process may use " +
        "(CPU affinity and container quota).",
    }),
};

/** Who reads the output. */
export const outputFields = {
  json: z.boolean().default(false).meta({ description: "Print JSON, one record per line." }),
};

/** An architecture; there are too many to list them in help. */
export const architectureField = z
  .enum(acceptedNames)
  .meta({ description: "An architecture.", shownChoices: "See fovea models." });

/** The architecture that is trained. */
export const networkField = architectureField.default("mnist").meta({
  ...architectureField.meta(),
  description: "The architecture, such as mnist, lenet-5 or resnet-20.",
  shownDefault: "mnist, or chosen for a folder of pictures",
});

/** A model in a file. */
export const modelField = z.string().min(1).meta({
  value: "path",
  description:
    "A model file (.safetensors, .keras, .h5 or model.json), or a run folder: its best model.",
});

/** How a model in a file is read. */
export const modelFields = {
  model: modelField,
  inputShape: z.string().optional().meta({
    value: "sizes",
    description:
      "Height, width and channels, such as 96,96,3. Needed if the file leaves them open.",
  }),
};

/** Images that are worked on at a time. */
export const batchSizeField = z
  .int()
  .min(1)
  .default(128)
  .meta({ description: "Images in one step." });
