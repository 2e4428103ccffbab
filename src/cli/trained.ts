// A trained model and the images it should be asked about: what evaluate and predict begin with. It
// measures nothing.

import { dirname } from "node:path";
import { describeDevice, openDevice, type TargetName } from "../machine/open.ts";
import { loadModel } from "../train/load.ts";
import type { Model } from "../train/model.ts";
import { dataOptions } from "./fields.ts";
import type { DataChoice } from "./load-data.ts";
import { argsIn, modelFileOf } from "./model-file.ts";
import type { Output } from "./output.ts";
import { type Given, parseOptions } from "./schema.ts";

export interface TrainedOptions extends DataChoice {
  readonly model: string;
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
 * @throws FormatError where the file is no model.
 */
export async function withTrained<T>(
  options: TrainedOptions,
  given: Given,
  output: Output,
  work: (trained: Trained) => Promise<T>,
): Promise<T> {
  const file = await modelFileOf(options.model, "best");
  const choice = given.data === undefined ? await dataOf(file, given) : options;
  const { target, threads } = options;
  const device = await openDevice({ target, ...(threads && { threads }) });
  try {
    const { model, classNames } = await loadModel(file, { device });
    const { epochs } = model.progress;
    // Files of others do not say how many.
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
