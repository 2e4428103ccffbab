// What a training run is made of.

import { holdOut } from "../../data/hold-out.ts";
import { isImageSource } from "../../data/image-folder/image-source.ts";
import type { Device } from "../../machine/device.ts";
import type { Model } from "../../train/model.ts";
import { encodeModel } from "../../train/save.ts";
import type { Output } from "../output.ts";
import type { LoadedData } from "../pictures.ts";
import type { Recipe } from "../train-options.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SettledRecipe } from "./pace.ts";
import type { RunFiles } from "./run-files.ts";

/** Examples in up to three parts: to learn from, to choose the best epoch by, and to measure the result on. */
export interface RunData extends LoadedData {
  /** Why the recipe is as it is, a line each. */
  readonly reasons: readonly string[];
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

/** The examples with a validation part held out, where there is none. The test images are left alone. */
export function divideData(
  data: LoadedData,
  recipe: Recipe,
  reasons: readonly string[] = [],
): RunData {
  const fingerprint = fingerprintOf(data);
  if (isImageSource(data.train)) return { ...data, reasons, fingerprint };
  const { training, validation } = holdOut(data.train, recipe.validation, recipe.seed);
  return {
    ...data,
    train: training,
    ...(validation && { validation }),
    reasons,
    fingerprint,
  };
}
