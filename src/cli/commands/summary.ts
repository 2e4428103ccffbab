// `fovea summary`: the layers of a model file or of an architecture.

import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { formatSummary } from "../../nn/format-summary.ts";
import type { Network } from "../../nn/network.ts";
import { summarize } from "../../nn/summary.ts";
import { zoo } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { architectureField, modelFields, outputFields } from "../fields.ts";
import { loadModelFile, modelFileOf } from "../model-file.ts";
import { Output, standardOutput } from "../output.ts";

export const summary = defineCommand({
  description:
    "Shows the layers of a model: shapes, parameters, multiply-adds for one image, receptive fields.",
  options: z.object({
    network: architectureField.optional().meta({
      ...architectureField.meta(),
      description: "An architecture, for the images for which it was published.",
    }),
    ...modelFields,
    model: modelFields.model.optional(),
    ...outputFields,
  }),
  examples: [
    ["fovea summary --network lenet-5", "An architecture."],
    ["fovea summary --model runs/train", "The best model of a run."],
  ],
  async run({ network: architecture, model, inputShape, json }) {
    const output = new Output({ json });
    const network = await networkOf({ architecture, model, inputShape }, output);
    const table = summarize(network);
    output.result(formatSummary(table, { width: standardOutput.longestLine }));
    output.record(table);
    return exitCodes.done.code;
  },
});

interface Choice {
  readonly architecture: string | undefined;
  readonly model: string | undefined;
  readonly inputShape: string | undefined;
}

async function networkOf(
  { architecture, model, inputShape }: Choice,
  output: Output,
): Promise<Network> {
  if (architecture !== undefined && model === undefined) return zoo.build(architecture);
  if (architecture === undefined && model !== undefined) {
    const file = await modelFileOf(model, "best");
    const onWarning = (message: string) => output.warn(message);
    const loaded = await loadModelFile(file, { inputShape }, { training: false, onWarning });
    return loaded.model.network;
  }
  throw new ConfigError({
    what: "fovea summary shows one model at a time.",
    expected: "--network with an architecture (fovea models lists them), or --model with a file",
    received: model === undefined ? "neither" : "both",
  });
}
