// What a training run is made of. Floor 8.

import type { LoadedDataset } from "../../data/datasets/dataset.ts";
import type { Device } from "../../machine/device.ts";
import { encodeModel } from "../../train/checkpoint.ts";
import type { Model } from "../../train/model.ts";
import type { Output } from "../output.ts";
import type { SettledOptions } from "./recipe.ts";
import type { RunFiles } from "./run-files.ts";

export interface Run {
  readonly options: SettledOptions;
  /** What `args.json` says: the options, and what they came to. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly data: LoadedDataset;
  readonly device: Device;
  readonly model: Model;
  readonly files: RunFiles;
  readonly output: Output;
}

/** The number that decides which epoch is the best. */
export const judge = "val_accuracy";

/** The model as it stands, as a file. */
export function encodeRun({ model, data }: Run): Uint8Array {
  const { classNames } = data.train;
  return encodeModel(model, classNames && { classNames });
}
