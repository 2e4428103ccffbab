// `fovea compare`: several models on the same data, beside one another.

import { rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { modelCost } from "../../compare/model-cost.ts";
import { openDevice } from "../../machine/open.ts";
import { writeFileAtomically } from "../../platform/files.ts";
import { createRunFolder } from "../../report/run-folder.ts";
import type { RunRecord } from "../../report/runs-page.ts";
import { taskOf } from "../../tasks/table.ts";
import type { TaskPart } from "../../tasks/task.ts";
import { defineCommand } from "../command.ts";
import { entriesOf, requireEntry, type TrainedEntry } from "../compared-entries.ts";
import {
  type Compared,
  comparisonCsv,
  comparisonPage,
  comparisonTable,
  recordOfCompared,
  runOf,
} from "../comparison.ts";
import { exitCodes } from "../exit.ts";
import { listenerFor } from "../load-data.ts";
import { loadModelFile, modelFileOf } from "../model-file.ts";
import { Output } from "../output.ts";
import { readRun } from "../run-records.ts";
import type { Given } from "../schema.ts";
import { formatColumns } from "../table.ts";
import { recipeOf, trainOptions } from "../train-options.ts";
import { runTraining } from "../training/session.ts";

const { network, base, weights, resume, out, ...shared } = trainOptions.shape;

const options = z.object({
  models: z
    .string()
    .min(1)
    .optional()
    .meta({
      value: "names|paths",
      description:
        "What is compared, separated by commas: architectures, which are trained, and model files or run folders, which " +
        "are measured.",
    }),
  bases: z.string().min(1).optional().meta({
    value: "names",
    description:
      "Architectures that are trained already, separated by commas: each gets a new head, as with fovea train --base.",
  }),
  weights: z
    .string()
    .min(1)
    .optional()
    .meta({
      value: "names|paths",
      description:
        "The weights of --bases: imagenet or none for all, or one name or file for each, separated by commas. " +
        "Default: imagenet.",
    }),
  ...shared,
  out: out.meta({
    ...out.meta(),
    description:
      "A new folder for the comparison. Default: runs/compare, then runs/compare-2 and so on.",
  }),
});

type Options = z.output<typeof options>;

/** The files of a comparison, beside the folders of the runs. */
const files = { table: "comparison.csv", page: "comparison.html" } as const;

export const compare = defineCommand({
  description:
    "Trains or loads several models on the same data, and compares what they reach and what they cost: parameters, layers, " +
    "multiply-adds, time and memory of one picture. Each model that is trained gets a run folder of its own.",
  argument: "models",
  options,
  examples: [
    ["fovea compare lenet-5,resnet-20", "Two architectures on Fashion-MNIST."],
    ["fovea compare lenet-5,runs/train --data ./photos", "A new network beside a trained model."],
    ["fovea compare --bases mobilenet-v2,resnet-50 --data ./photos", "Heads on two trained bases."],
  ],
  async run(typed, given) {
    const output = new Output(typed);
    const entries = entriesOf(typed);
    for (const entry of entries) await requireEntry(entry, listenerFor(output));
    const folder = await createRunFolder(
      typed.out === undefined ? { name: "compare" } : { exact: typed.out },
    );
    try {
      return await compareIn(folder, entries, typed, given, output);
    } finally {
      // Of a comparison that came to nothing nothing is left.
      await rmdir(folder).catch(() => {});
    }
  },
});

/** Trains and measures one after another; the table and the page are written anew after each. */
async function compareIn(
  folder: string,
  entries: ReturnType<typeof entriesOf>,
  typed: Options,
  given: Given,
  output: Output,
): Promise<number> {
  const models: Compared[] = [];
  const runs: RunRecord[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const isThere = entry.kind === "file";
    output.say(`${isThere ? "measuring" : "training"}  ${name}`);
    const code = isThere
      ? await measure(name, typed, given, models, output)
      : await train(entry, folder, typed, given, models);
    if (code !== exitCodes.done.code) return code;
    const last = models[models.length - 1];
    runs.push(
      isThere ? runOf(last) : { ...(await readRun(join(folder, name), folder)), name: last.name },
    );
    await writeFileAtomically(join(folder, files.table), comparisonCsv(models));
    const title = models.map((one) => one.name).join(", ");
    await writeFileAtomically(join(folder, files.page), comparisonPage(models, runs, title));
  }
  output.result(`\n${formatColumns(comparisonTable(models))}\n`);
  output.result(`run folder     ${folder} (open ${files.page} in it)`);
  output.record({ event: "comparison", folder, models: models.map(recordOfCompared) });
  return exitCodes.done.code;
}

/** Trains an architecture, from nothing or on a trained base, in a folder of its own. */
async function train(
  entry: TrainedEntry,
  folder: string,
  typed: Options,
  given: Given,
  models: Compared[],
): Promise<number> {
  const { models: _, bases, weights: __, phases, unfreeze, sizes, ...rest } = given;
  const { name } = entry;
  const ofBase =
    entry.kind === "base"
      ? { base: entry.base, weights: entry.weights, ...only({ phases, unfreeze, sizes }) }
      : { network: name };
  const own = { ...ofBase, out: join(folder, name) };
  const usual = {
    ...typed,
    network: trainOptions.shape.network.parse(undefined),
    weights: undefined,
    ...(entry.kind === "base" ? {} : { phases: undefined, unfreeze: undefined, sizes: undefined }),
  };
  const output = new Output({ json: typed.json, quiet: true });
  return runTraining(
    { ...usual, ...own },
    { ...rest, ...own },
    output,
    async ({ model, device }, { measurement: { numbers }, images, part }) => {
      const cost = await modelCost(model.network, device);
      const { history } = model.progress;
      const trainingSeconds = history.reduce((sum, { seconds }) => sum + seconds, 0);
      models.push({ name, numbers, part, images, trainingSeconds, ...cost });
    },
  );
}

/** What is given at all. */
const only = (values: Given): Given =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Measures a model that is there. */
async function measure(
  path: string,
  typed: Options,
  given: Given,
  models: Compared[],
  output: Output,
): Promise<number> {
  const { target, threads } = typed;
  const file = await modelFileOf(path, "best");
  const device = await openDevice({ target, ...(threads && { threads }) });
  try {
    const onWarning = (text: string) => output.warn(text);
    const loaded = await loadModelFile(file, {}, { device, training: true, onWarning });
    const task = await taskOf(loaded.task, file);
    // The same images are held out as where architectures are trained.
    const { recipe } = await task.choose(recipeOf(typed), given);
    const data = await task.loadFor(loaded, recipe, listenerFor(output));
    try {
      const part: TaskPart = data.counts.test > 0 ? "test" : "validation";
      const { numbers } = await data.measure(loaded, part, typed.batchSize);
      const cost = await modelCost(loaded.model.network, device);
      const name = path === file ? basename(path) : basename(dirname(file));
      const images = data.counts[part];
      models.push({ name, numbers, part, images, trainingSeconds: 0, ...cost });
    } finally {
      await data.close();
    }
  } finally {
    await device.close();
  }
  return exitCodes.done.code;
}
