// What a training run is made of.

import type { Device } from "../../machine/device.ts";
import type { Recipe } from "../../tasks/recipe.ts";
import type { Task, TaskData, TrainedModel } from "../../tasks/task.ts";
import type { Model } from "../../train/model.ts";
import { encodeModel } from "../../train/save.ts";
import type { Output } from "../output.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { SettledRecipe } from "./pace.ts";
import type { RunFiles } from "./run-files.ts";

/** The examples of a run. */
export interface RunData {
  readonly data: TaskData;
  /** Why the recipe is as it is, a line each. */
  readonly reasons: readonly string[];
  readonly fingerprint: string;
}

export interface Run extends RunData {
  readonly task: Task;
  readonly recipe: SettledRecipe;
  /** What `args.json` says: the recipe, and what it came to. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly device: Device;
  readonly model: Model;
  /** Who learns now: the model, or one that shares its weights: its head alone, or the same at another size. */
  readonly learner: Model;
  readonly files: RunFiles;
  readonly output: Output;
}

/** Examples with what tells them from others. */
export function runDataOf(data: TaskData, reasons: readonly string[] = []): RunData {
  return { data, reasons, fingerprint: fingerprintOf(data) };
}

/** A model of the run with what its file says of it. */
export function trainedIn(
  { data, recipe }: { readonly data: TaskData; readonly recipe: Recipe },
  model: Model,
): TrainedModel {
  return { model, classNames: data.classNames, task: data.record(recipe) };
}

/** The model as it stands, as a file. */
export function encodeRun(run: Pick<Run, "model" | "data" | "recipe">): Promise<Uint8Array> {
  const { model, classNames, task } = trainedIn(run, run.model);
  return encodeModel(model, { ...(classNames && { classNames }), ...(task && { task }) });
}
