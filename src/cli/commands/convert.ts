// `fovea convert`: a model in another kind of file. Floor 8.

import { z } from "zod";
import { loadModel, saveModel } from "../../train/checkpoint.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { modelField, outputFields } from "../fields.ts";
import { modelFileOf } from "../model-file.ts";
import { Output } from "../output.ts";

export const convert = defineCommand({
  description:
    "Writes a model as another kind of file. The ends of the names say which: .safetensors, .keras, .h5, " +
    "or .json for TensorFlow.js.",
  options: z.object({
    model: modelField,
    out: z.string().meta({ value: "path", description: "the file to write" }),
    training: z.boolean().default(false).meta({
      description: "take optimizer, losses and metrics along",
    }),
    ...outputFields,
  }),
  examples: [
    ["fovea convert --model model.keras --out model.safetensors", "a model that Keras saved"],
    ["fovea convert --model runs/train --out model.keras", "the best model of a run, for Keras"],
    ["fovea convert --model model.h5 --out web/model.json", "for TensorFlow.js, shards beside it"],
  ],
  async run({ model: path, out, training, json }) {
    const output = new Output({ json });
    const file = await modelFileOf(path, "best");
    const { model, classNames } = await loadModel(file, { training });
    await saveModel(model, out, { training, ...(classNames === undefined ? {} : { classNames }) });
    const parameters = model.countParams();
    output.result(`${file} is now ${out} as well: ${model.name}, ${parameters} parameters`);
    output.record({ from: file, to: out, name: model.name, parameters });
    return exitCodes.done.code;
  },
});
