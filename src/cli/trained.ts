// A trained model and the images it is to be used on: what evaluate and predict begin with. It measures
// nothing.

import { dirname } from "node:path";
import { endsInProbabilities } from "../assess/classify.ts";
import { describeDevice, openDevice, type TargetName } from "../machine/open.ts";
import type { DataChoice } from "../tasks/recipe.ts";
import { taskOf } from "../tasks/table.ts";
import type { MeasuredChoice, Task, TrainedModel } from "../tasks/task.ts";
import type { LoadOptions } from "../train/load.ts";
import { argsIn } from "./args-file.ts";
import { dataOptions } from "./fields.ts";
import { absoluteData } from "./load-data.ts";
import { loadModelFile, type ModelChoice, modelFileOf } from "./model-file.ts";
import type { Output } from "./output.ts";
import { type Given, parseOptions } from "./schema.ts";
import { recipeOf } from "./train-options.ts";
import { loadZooModel } from "./zoo-model.ts";

export interface TrainedOptions extends DataChoice, ModelChoice {
  readonly target: TargetName | "auto";
  readonly threads?: number | undefined;
  /** Weights for the architecture that `model` names; undefined where it is a file. */
  readonly weights?: string | undefined;
}

/** What the work is done on. */
export interface Trained {
  readonly task: Task;
  readonly trained: TrainedModel;
  /** The model's file. */
  readonly file: string;
  /** What was typed, else what the model was trained on, else the default. */
  readonly choice: MeasuredChoice;
}

/**
 * Opens a device and a model, lets `work` use them, and closes both.
 *
 * @param needs the loss, or only classes and their probabilities. For those, optimizer, losses and metrics are
 * not even read, unless the last layer gives logits: then the loss says so.
 * @throws FormatError where the file is no model.
 */
export async function withTrained<T>(
  options: TrainedOptions,
  given: Given,
  output: Output,
  needs: "loss" | "probabilities",
  work: (trained: Trained) => Promise<T>,
): Promise<T> {
  const { weights } = options;
  const isOfZoo = weights !== undefined;
  const file = isOfZoo ? options.model : await modelFileOf(options.model, "best");
  const saved = (isOfZoo ? undefined : await argsIn(dirname(file))) ?? {};
  const choice = given.data === undefined ? dataOf(saved, given) : options;
  const { target, threads } = options;
  const device = await openDevice({ target, ...(threads && { threads }) });
  try {
    const onWarning = (message: string) => output.warn(message);
    const load = (more: Pick<LoadOptions, "training" | "onWarning">) =>
      isOfZoo
        ? loadZooModel({ model: file, weights }, device, output)
        : loadModelFile(file, options, { device, ...more });
    let trained = await load({ training: needs === "loss", onWarning });
    if (needs === "probabilities" && !isOfZoo && !endsInProbabilities(trained.model)) {
      await trained.model.dispose();
      // The warnings have been shown.
      trained = await load({ training: true, onWarning: () => {} });
    }
    const { model } = trained;
    const { epochs } = model.progress;
    // Files of other programs do not say how many.
    const after = epochs === 0 ? "" : ` after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
    output.say(`model   ${file}: ${model.name}${after}`);
    output.say(`device  ${describeDevice(device)}`);
    const task = await taskOf(trained.task, file);
    return await work({ task, trained, file, choice: measuredChoice(saved, choice) });
  } finally {
    await device.close();
  }
}

/** The data that a run was trained on, as `args.json` beside the model has it. */
function dataOf({ data, source }: Given, given: Given): DataChoice {
  return parseOptions(dataOptions, {
    ...(data !== undefined && { data, source }),
    ...(given.source !== undefined && { source: given.source }),
  });
}

/** Of the folder that a model was trained on, the same pictures are held out again; of others none. */
function measuredChoice(saved: Given, { data, source }: DataChoice): MeasuredChoice {
  const { validation, seed, resize } = recipeOf(saved.validation === undefined ? {} : saved);
  const isSame = saved.data === absoluteData(data);
  return { data, source, validation: isSame ? validation : 0, seed, resize };
}
