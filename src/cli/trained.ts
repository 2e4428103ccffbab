// A trained model and the images it is to be used on: what evaluate and predict begin with. It measures
// nothing.

import { dirname } from "node:path";
import { endsInProbabilities } from "../assess/classify.ts";
import { describeDevice, openDevice, type TargetName } from "../machine/open.ts";
import type { LoadOptions } from "../train/load.ts";
import type { Model } from "../train/model.ts";
import { argsIn } from "./args-file.ts";
import { dataOptions } from "./fields.ts";
import { absoluteData, type DataChoice } from "./load-data.ts";
import { loadModelFile, type ModelChoice, modelFileOf } from "./model-file.ts";
import type { Output } from "./output.ts";
import type { PictureChoice } from "./pictures.ts";
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
  readonly model: Model;
  /** The model's file. */
  readonly file: string;
  readonly classNames: readonly string[] | undefined;
  /** What was typed, else what the model was trained on, else the default. */
  readonly choice: DataChoice;
  /** How the pictures of a folder become images of this model; undefined where it takes none. */
  readonly pictures: PictureChoice | undefined;
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
    let { model, classNames } = await load({ training: needs === "loss", onWarning });
    if (needs === "probabilities" && !isOfZoo && !endsInProbabilities(model)) {
      await model.dispose();
      // The warnings have been shown.
      ({ model, classNames } = await load({ training: true, onWarning: () => {} }));
    }
    const { epochs } = model.progress;
    // Files of other programs do not say how many.
    const trained = epochs === 0 ? "" : ` after ${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
    output.say(`model   ${file}: ${model.name}${trained}`);
    output.say(`device  ${describeDevice(device)}`);
    const pictures = picturesFor(model, classNames, saved, choice);
    return await work({ model, file, classNames, choice, pictures });
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

/**
 * Pictures of the size that the model takes, as those were that it learned from. Of the folder that it was trained on, the
 * same ones are held out again; of others none.
 */
function picturesFor(
  { network, preprocess }: Model,
  classNames: readonly string[] | undefined,
  saved: Given,
  { data }: DataChoice,
): PictureChoice | undefined {
  const [height, width, channels] = network.inputs[0].shape;
  if (network.inputs.length > 1 || (channels !== 1 && channels !== 3 && channels !== 4)) {
    return undefined;
  }
  const recipe = recipeOf(saved.validation === undefined ? {} : saved);
  const { validation, seed } = recipe;
  const { resize = recipe.resize } = preprocess[0] ?? {};
  const isSame = saved.data === absoluteData(data);
  return {
    size: [height, width],
    channels,
    resize,
    validation: isSame ? validation : 0,
    seed,
    strict: false,
    ...(classNames !== undefined && { classNames }),
  };
}
