// A trained model and the images it is to be used on: what evaluate and predict begin with. It measures
// nothing.

import { dirname } from "node:path";
import { endsInProbabilities } from "../assess/classify.ts";
import { describeDevice, openDevice, type TargetName } from "../machine/open.ts";
import type { LoadOptions } from "../train/load.ts";
import type { Model } from "../train/model.ts";
import { argsIn } from "./args-file.ts";
import { dataOptions } from "./fields.ts";
import type { DataChoice } from "./load-data.ts";
import { loadModelFile, type ModelChoice, modelFileOf } from "./model-file.ts";
import type { Output } from "./output.ts";
import { type Given, parseOptions } from "./schema.ts";

export interface TrainedOptions extends DataChoice, ModelChoice {
  readonly target: TargetName | "auto";
  readonly threads?: number | undefined;
}

/** What the work is done on. */
export interface Trained {
  readonly model: Model;
  /** The model's file. */
  readonly file: string;
  readonly classNames: readonly string[] | undefined;
  /** What was typed, else what the model was trained on, else the default. */
  readonly choice: DataChoice;
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
  const file = await modelFileOf(options.model, "best");
  const choice = given.data === undefined ? await dataOf(file, given) : options;
  const { target, threads } = options;
  const device = await openDevice({ target, ...(threads && { threads }) });
  try {
    const onWarning = (message: string) => output.warn(message);
    const load = (more: Pick<LoadOptions, "training" | "onWarning">) =>
      loadModelFile(file, options, { device, ...more });
    let { model, classNames } = await load({ training: needs === "loss", onWarning });
    if (needs === "probabilities" && !endsInProbabilities(model)) {
      await model.dispose();
      // The warnings have been shown.
      ({ model, classNames } = await load({ training: true, onWarning: () => {} }));
    }
    const { epochs } = model.progress;
    // Files of other programs do not say how many.
    const trained = epochs === 0 ? "" : ` after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
    output.say(`model   ${file}: ${model.name}${trained}`);
    output.say(`device  ${describeDevice(device)}`);
    return await work({ model, file, classNames, choice });
  } finally {
    await device.close();
  }
}

/** The data that a run was trained on, as `args.json` beside the model has it. */
async function dataOf(file: string, given: Given): Promise<DataChoice> {
  const { data, source } = (await argsIn(dirname(file))) ?? {};
  return parseOptions(dataOptions, {
    ...(data !== undefined && { data, source }),
    ...(given.source !== undefined && { source: given.source }),
  });
}
