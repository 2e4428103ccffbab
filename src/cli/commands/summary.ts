// `fovea summary`: the layers of a model file or of an architecture.

import { z } from "zod";
import { formatSummary } from "../../nn/format-summary.ts";
import { summarize } from "../../nn/summary.ts";
import { loadModel } from "../../train/load.ts";
import { architectureFrom, architectureNames } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { outputFields } from "../fields.ts";
import { exists, modelFileOf } from "../model-file.ts";
import { Output, standardOutput } from "../output.ts";

/** What an architecture is shown for: images as those of MNIST and its kin. */
const fit = { inputShape: [28, 28, 1], classes: 10 };

export const summary = defineCommand({
  description:
    "Shows the layers of a model: shapes, parameters, multiply-adds for one image, receptive fields.",
  options: z.object({
    model: z.string().meta({
      value: "name|path",
      description: `an architecture (${architectureNames.join(", ")}), or a model file or run folder`,
    }),
    ...outputFields,
  }),
  examples: [
    ["fovea summary --model lenet", "an architecture, for images of 28 x 28"],
    ["fovea summary --model runs/train", "the best model of a run"],
  ],
  async run({ model: name, json }) {
    const output = new Output({ json });
    const isNamed = (architectureNames as readonly string[]).includes(name);
    const isFile = !isNamed && (/[\\/.]/.test(name) || (await exists(name)));
    const network = isFile
      ? (await loadModel(await modelFileOf(name, "best"))).model.network
      : architectureFrom(name, fit);
    const table = summarize(network);
    output.result(formatSummary(table, { width: standardOutput.longestLine }));
    output.record(table);
    return exitCodes.done.code;
  },
});
