// What a training run is made of.

import type { LoadedDataset } from "../../data/datasets/dataset.ts";
import type { Examples } from "../../data/examples.ts";
import { holdOut } from "../../data/hold-out.ts";
import type { Device } from "../../machine/device.ts";
import type { Model } from "../../train/model.ts";
import { encodeModel } from "../../train/save.ts";
import type { Output } from "../output.ts";
import type { Recipe } from "../recipe.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SettledRecipe } from "./pace.ts";
import type { RunFiles } from "./run-files.ts";

/** A dataset in three parts: to learn from, to choose the best epoch by, and to measure the result on. */
export interface RunData extends LoadedDataset {
  /** Images held out of the training images; absent where none are. */
  readonly validation?: Examples;
  readonly fingerprint: string;
}

export interface Run {
  readonly recipe: SettledRecipe;
  /** What `args.json` says: the recipe, and what it came to. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: RunData;
  readonly device: Device;
  readonly model: Model;
  readonly files: RunFiles;
  readonly output: Output;
}

/** The number that decides which epoch is the best. */
export const judge = "val_accuracy";

/** The model as it stands, as a file. */
export function encodeRun({ model, data }: Pick<Run, "model" | "data">): Promise<Uint8Array> {
  const { classNames } = data.train;
  return encodeModel(model, classNames && { classNames });
}

/** The dataset with its validation part held out. The test images are left alone. */
export function divideData(data: LoadedDataset, recipe: Recipe): RunData {
  const { training, validation } = holdOut(data.train, recipe.validation, recipe.seed);
  return {
    ...data,
    train: training,
    ...(validation && { validation }),
    fingerprint: fingerprintOf(data),
  };
}
