// `fovea convert`: a model in another kind of file.

import { dirname, resolve } from "node:path";
import { z } from "zod";
import { platform } from "#platform";
import { ConfigError } from "../../core/errors.ts";
import { formatCount } from "../../report/numbers.ts";
import { saveModel } from "../../train/save.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { modelFields, outputFields } from "../fields.ts";
import { loadModelFile, modelFileOf } from "../model-file.ts";
import { Output } from "../output.ts";

export const convert = defineCommand({
  description:
    "Converts a model to another file format. The file extensions decide: .safetensors for Fovea, .keras or " +
    ".h5 for Keras, .json for TensorFlow.js.",
  options: z.object({
    ...modelFields,
    out: z.string().min(1).meta({ value: "path", description: "The file to write." }),
    training: z.boolean().default(false).meta({
      description: "Keep optimizer, losses and metrics.",
    }),
    ...outputFields,
  }),
  examples: [
    ["fovea convert --model model.keras --out model.safetensors", "From Keras."],
    ["fovea convert --model runs/train --out model.keras", "The best model of a run, for Keras."],
    [
      "fovea convert --model model.h5 --out web/model.json",
      "For TensorFlow.js, with the weights in files beside it.",
    ],
  ],
  async run({ model: path, inputShape, out, training, json }) {
    const output = new Output({ json });
    const file = await modelFileOf(path, "best");
    if (resolve(file) === resolve(out)) {
      throw new ConfigError({
        what: `${out} is the model itself.`,
        expected: "another file for --out: converting would lose the training state in this one",
        received: out,
        fix: "give --out a new path",
      });
    }
    const { model, classNames, task } = await loadModelFile(
      file,
      { inputShape },
      {
        training,
        onWarning: (message) => output.warn(message),
      },
    );
    // If this fails, saveModel says why.
    await platform.disk.makeFolder(dirname(out)).catch(() => undefined);
    await saveModel(model, out, {
      training,
      onWarning: (message) => output.warn(message),
      ...(classNames === undefined ? {} : { classNames }),
      ...(task === undefined ? {} : { task }),
    });
    const parameters = model.countParams();
    output.result(
      `wrote ${out} from ${file}: ${model.name}, ${formatCount(parameters)} parameters`,
    );
    output.record({ from: file, to: out, name: model.name, parameters });
    return exitCodes.done.code;
  },
});
