// `fovea lr-find`: learning rates to train with, and the curve that they come from.

import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { writeFileAtomically } from "../../platform/files.ts";
import { formatMeasure } from "../../report/numbers.ts";
import { taskNamed } from "../../tasks/table.ts";
import { type LrFindResult, lrFind as sweep } from "../../train/lr-find.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { dataFields, deviceFields, outputFields } from "../fields.ts";
import { listenerFor } from "../load-data.ts";
import { Output } from "../output.ts";
import { formatTable } from "../table.ts";
import { recipeFields, recipeOf } from "../train-options.ts";
import { requireWritable } from "../writable.ts";

/** What each suggestion means, in the order in which they are shown. */
const meanings = {
  valley: "two thirds down the longest fall of the loss: the usual choice",
  steep: "where the loss falls fastest",
  minimum: "a tenth of the learning rate with the lowest loss",
  slide: "just before the loss shoots up",
} as const satisfies Record<keyof NonNullable<LrFindResult["suggestions"]>, string>;

export const lrFind = defineCommand({
  description:
    "Finds a learning rate: trains for a few steps with a learning rate that rises from far too low to far " +
    "too high, suggests values and draws the curve. No model is saved.",
  options: z.object({
    ...dataFields,
    network: recipeFields.network,
    batchSize: recipeFields.batchSize,
    optimizer: recipeFields.optimizer,
    start: z.number().positive().default(1e-7).meta({ description: "The first learning rate." }),
    end: z.number().positive().default(10).meta({ description: "The last learning rate." }),
    steps: z.int().min(20).default(100).meta({ description: "How many steps to train." }),
    seed: recipeFields.seed,
    ...deviceFields,
    out: z
      .string()
      .min(1)
      .default("lr-find.svg")
      .meta({ value: "file", description: "The file for the curve." }),
    ...outputFields,
  }),
  examples: [
    ["fovea lr-find", "The mnist network on Fashion-MNIST."],
    ["fovea lr-find --network lenet-5 --optimizer sgd", "Another network and optimizer."],
  ],
  run: async (options, given) => {
    const output = new Output(options);
    requireSvg(options.out);
    requireRise(options.start, options.end);
    await requireWritable(options.out);
    const { target, threads, start, end, steps, batchSize, out } = options;
    const typed = recipeOf(options);
    const task = await taskNamed(typed.task);
    const { recipe } = await task.choose(typed, given);
    // The sweep keeps no model, so nothing has to be held out.
    const data = await task.load({ ...recipe, validation: 0 }, listenerFor(output));
    const device = await openDevice({ target, ...(threads && { threads }) });
    try {
      const model = await data.model(recipe, device);
      output.say(`data    ${data.source}`);
      output.say(`device  ${describeDevice(device)}\n`);
      const result = await sweep(model, data.lessons(model, recipe).train, {
        startLearningRate: start,
        endLearningRate: end,
        steps,
        batchSize: Math.min(batchSize, data.counts.train),
      });
      const { lrFindSvg } = await import("../../report/index.ts");
      await writeFileAtomically(out, lrFindSvg(result));
      tell(result, out, output);
      return exitCodes.done.code;
    } finally {
      await data.close();
      await device.close();
    }
  },
});

/** @throws ConfigError unless the curve's file has the file extension of an SVG file. */
function requireSvg(out: string): void {
  if (out.toLowerCase().endsWith(".svg")) return;
  throw new ConfigError({
    what: "The option --out cannot be used.",
    expected: "the file extension .svg, as in lr-find.svg",
    received: out,
  });
}

/** @throws ConfigError unless the rate rises. */
function requireRise(start: number, end: number): void {
  if (end > start) return;
  throw new ConfigError({
    what: "The option --end cannot be used.",
    expected: `a number above --start, ${start}`,
    received: String(end),
  });
}

function tell({ learningRates, losses, suggestions }: LrFindResult, out: string, output: Output) {
  output.record({ suggestions: suggestions ?? null, learningRates, losses, file: out });
  if (suggestions === undefined) {
    output.result("The loss rose too early to suggest a learning rate. Try a lower --start.");
  } else {
    const rows = (Object.keys(meanings) as (keyof typeof meanings)[]).map((name) => [
      name,
      formatMeasure(suggestions[name]),
      meanings[name],
    ]);
    output.result(formatTable(rows, ["left", "right", "left"]));
  }
  output.result(`\ncurve  ${out}`);
}
