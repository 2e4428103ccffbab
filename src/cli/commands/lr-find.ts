// `fovea lr-find`: learning rates to train with, and the curve that speaks for them.

import { z } from "zod";
import { ConfigError } from "../../core/errors.ts";
import { countExamples } from "../../data/examples.ts";
import { writeFileAtomically } from "../../formats/files.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { type OptimizerName, optimizerFrom, optimizers } from "../../nn/optimizers/index.ts";
import { formatMeasure } from "../../report/numbers.ts";
import { type LrFindResult, lrFind as sweep } from "../../train/lr-find.ts";
import { Model } from "../../train/model.ts";
import { architectureFrom, architectureNames } from "../../zoo/index.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { batchSizeField, dataFields, deviceFields, outputFields } from "../fields.ts";
import { loadData } from "../load-data.ts";
import { Output } from "../output.ts";
import { formatTable } from "../table.ts";
import { classCountIn } from "../training/class-count.ts";
import { requireWritable } from "../writable.ts";

const optimizerNames = Object.keys(optimizers) as OptimizerName[];

/** What each suggestion means, in the order in which they are shown. */
const meanings = {
  valley: "two thirds down the longest fall: a good choice where in doubt",
  steep: "where the loss falls fastest",
  minimum: "a tenth of the rate with the lowest loss",
  slide: "before the loss shoots up",
} as const satisfies Record<keyof NonNullable<LrFindResult["suggestions"]>, string>;

export const lrFind = defineCommand({
  description:
    "Trains for a moment with learning rates that rise from far too low to far too high, suggests " +
    "some to train with, and draws the curve. No model is kept.",
  options: z.object({
    ...dataFields,
    model: z.enum(architectureNames).default("mnist").meta({ description: "the architecture" }),
    batchSize: batchSizeField,
    optimizer: z.enum(optimizerNames).default("adam").meta({ description: "how weights learn" }),
    start: z.number().positive().default(1e-7).meta({ description: "the first learning rate" }),
    end: z.number().positive().default(10).meta({ description: "the learning rate it rises to" }),
    steps: z.int().min(20).default(100).meta({ description: "steps on the way" }),
    seed: z.int().default(0).meta({ description: "decides first weights and order of images" }),
    ...deviceFields,
    out: z
      .string()
      .min(1)
      .default("lr-find.svg")
      .meta({ value: "file", description: "where the curve is drawn" }),
    ...outputFields,
  }),
  examples: [
    ["fovea lr-find", "for the mnist network on Fashion-MNIST"],
    ["fovea lr-find --model lenet --optimizer sgd", "for another network and optimizer"],
  ],
  run: async (options, _given) => {
    const output = new Output(options);
    requireSvg(options.out);
    requireRise(options.start, options.end);
    await requireWritable(options.out);
    const { target, threads, seed, start, end, steps, batchSize, out } = options;
    const data = await loadData(options, output);
    const device = await openDevice({ target, ...(threads && { threads }) });
    try {
      const network = architectureFrom(options.model, {
        inputShape: data.train.x.shape.slice(1),
        classes: classCountIn(data.train),
      });
      const model = new Model(network, { seed, preprocess: { scale: 1 / 255 }, device });
      model.compile({
        optimizer: optimizerFrom(options.optimizer),
        loss: "sparseCategoricalCrossentropy",
      });
      output.say(`data    ${data.source}`);
      output.say(`device  ${describeDevice(device)}\n`);
      const result = await sweep(model, data.train, {
        startLearningRate: start,
        endLearningRate: end,
        steps,
        batchSize: Math.min(batchSize, countExamples(data.train)),
      });
      const { lrFindSvg } = await import("../../report/index.ts");
      await writeFileAtomically(out, lrFindSvg(result));
      tell(result, out, output);
      return exitCodes.done.code;
    } finally {
      await device.close();
    }
  },
});

/** @throws ConfigError unless the curve's file is called what it is. */
function requireSvg(out: string): void {
  if (out.toLowerCase().endsWith(".svg")) return;
  throw new ConfigError({
    what: "The option --out cannot be used.",
    expected: "the name of an SVG file, such as lr-find.svg",
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
    output.result("The loss went up too early to suggest a learning rate: try a lower --start.");
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
