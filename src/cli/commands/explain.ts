// `fovea explain`: which parts of pictures speak for the classes that a model predicts, and how far to trust that.

import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { colorMapNames } from "../../explain/colors.ts";
import { type AttributionName, methods } from "../../explain/methods/table.ts";
import { defineCommand } from "../command.ts";
import { explainPictures } from "../explain-pictures.ts";
import { deviceFields, modelFields, outputFields } from "../fields.ts";
import { Output } from "../output.ts";
import { refuseExplainOptions } from "../task-options.ts";
import { withTrained } from "../trained.ts";

const methodNames = Object.keys(methods) as AttributionName[];

export const explain = defineCommand({
  description:
    "Draws which parts of each picture count for its class, its boxes or its mask, tests how far these maps can be " +
    "trusted, and writes a page.",
  argument: "pictures",
  options: z.object({
    pictures: z.array(z.string().min(1)).optional().meta({
      value: "path",
      description:
        "Picture files, folders of them, and URLs. With --by-cell, one folder with a subfolder for each class.",
    }),
    ...modelFields,
    method: z
      .string()
      .optional()
      .meta({
        value: "names",
        description:
          `Methods, separated by commas: ${methodNames.join(", ")}. ` +
          "Default: gradCam, and hiResCam for boxes.",
      }),
    layer: z
      .string()
      .optional()
      .meta({
        value: "name",
        description:
          "The layer to look at; see fovea summary. Default: the last one with rows and columns, for boxes that of their " +
          "size, for masks the coarsest.",
      }),
    class: z.string().optional().meta({
      value: "name|number",
      description: "The class to explain. Default: what the model finds.",
    }),
    byCell: z.boolean().default(false).meta({
      description: "One map for each cell of the confusion matrix: its most confident picture.",
    }),
    trust: z
      .enum(["yes", "no"])
      .default("yes")
      .meta({ description: "Whether to test how far each map can be trusted; takes longer." }),
    colors: z.enum(colorMapNames).default("inferno").meta({
      description: "The colours of the maps. jet shows edges that are not there.",
    }),
    out: z.string().min(1).optional().meta({
      value: "folder",
      description: "The new folder for the page and the maps. Default: runs/explain, numbered.",
    }),
    ...deviceFields,
    ...outputFields,
  }),
  examples: [
    ["fovea explain cat.jpg --model runs/train", "Why the model sees a cat."],
    ["fovea explain ./more --model runs/train --method gradCam,occlusion", "Two methods."],
    ["fovea explain ./photos --model runs/train --by-cell", "What causes each mistake."],
    ["fovea explain street.jpg --model runs/detect", "Why a detector sees what it sees."],
  ],
  async run(options, given) {
    const output = new Output(options);
    const { pictures: paths = [] } = options;
    if (paths.length === 0 || (options.byCell && paths.length > 1)) {
      throw new ConfigError({
        what: "fovea explain needs a picture, or a folder of pictures.",
        expected: options.byCell ? "one folder with classes" : "a picture, or several, or a folder",
        received: paths.length === 0 ? "none" : `${paths.length} paths`,
        fix: "name them: fovea explain cat.jpg --model runs/train",
      });
    }
    const trainedOptions = { ...options, data: paths[0], source: "auto" as const };
    return withTrained(
      trainedOptions,
      { ...given, data: paths[0] },
      output,
      "probabilities",
      (trained) => {
        refuseExplainOptions(trained.task, given);
        return explainPictures(paths, trained, options, output);
      },
    );
  },
});
