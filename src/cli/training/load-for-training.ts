// The examples of a new run: a dataset, or a folder of pictures for which the options that are left open are settled
// first.

import { knownName } from "../../data/datasets/index.ts";
import { loadData } from "../load-data.ts";
import type { Output } from "../output.ts";
import {
  formatCounts,
  holdsPictures,
  type LoadedData,
  type PictureChoice,
  requireClasses,
  surveyPictures,
} from "../pictures.ts";
import type { Given } from "../schema.ts";
import type { Recipe } from "../train-options.ts";
import { chooseFor } from "./choose.ts";

/** What to train, and on what. */
export interface Loaded {
  readonly recipe: Recipe;
  readonly data: LoadedData;
  /** Why the recipe is as it is, a line each. */
  readonly reasons: readonly string[];
}

/** @throws FoveaError where there is nothing to train on. */
export async function loadForTraining(
  recipe: Recipe,
  given: Given,
  output: Output,
): Promise<Loaded> {
  if (knownName(recipe.data) !== undefined || !(await holdsPictures(recipe.data))) {
    return { recipe, data: await loadData(recipe, output), reasons: [] };
  }
  const chosen = chooseFor(recipe, given, await surveyPictures(recipe.data));
  const data = await loadData(recipe, output, picturesOf(chosen.recipe));
  if (data.folder !== undefined) requireClasses(data.folder, recipe.data);
  return { ...chosen, data };
}

/** How a settled recipe turns pictures into images; undefined where its data are none. */
export function picturesOf(recipe: Recipe): PictureChoice | undefined {
  const { size, channels, resize, validation, seed, strict } = recipe;
  if (size === undefined) return undefined;
  return { size: [size, size], channels, resize, validation, seed, strict };
}

/** What is known of the folder before training: how many pictures each class has, and what was chosen for it. */
export function describeFolder(
  { folder }: LoadedData,
  reasons: readonly string[],
): string | undefined {
  if (folder === undefined) return undefined;
  const lines = reasons.map((reason) => `chosen  ${reason}`);
  return ["", formatCounts(folder.counts), "", ...lines].join("\n");
}
