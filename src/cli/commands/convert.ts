// `fovea convert`: a model in another kind of file.

import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { loadModel } from "../../train/load.ts";
import { saveModel } from "../../train/save.ts";
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
    if (resolve(file) === resolve(out)) {
      throw new ConfigError({
        what: "The file to write is the one that is read.",
        expected: "another name",
        received: out,
        fix: "the training that it keeps would be lost; give --out a new path",
      });
    }
    const { model, classNames } = await loadModel(file, {
      training,
      onWarning: (message) => output.warn(message),
    });
    // What is wrong with the folder, the writing says.
    await mkdir(dirname(out), { recursive: true }).catch(() => undefined);
    await saveModel(model, out, {
      training,
      onWarning: (message) => output.warn(message),
      ...(classNames === undefined ? {} : { classNames }),
    });
    const parameters = model.countParams();
    output.result(`${file} is now ${out} as well: ${model.name}, ${parameters} parameters`);
    output.record({ from: file, to: out, name: model.name, parameters });
    return exitCodes.done.code;
  },
});
