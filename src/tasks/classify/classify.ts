// To tell what a picture shows: one class for each. The task of models whose files do not say another.

import { ConfigError } from "../../core/errors.ts";
import { knownName } from "../../data/datasets/index.ts";
import { zoo } from "../../zoo/index.ts";
import type { Given, Recipe } from "../recipe.ts";
import type { Task } from "../task.ts";
import { chooseFor, chooseForBase } from "./choose.ts";
import { classifiedData } from "./data.ts";
import { explainerFor, surestPictures } from "./explain.ts";
import { loadData, loadImages } from "./load-data.ts";
import {
  holdsPictures,
  type PictureChoice,
  picturesFor,
  requireClasses,
  surveyPictures,
} from "./pictures.ts";
import { imagesToPredict, predictorFor } from "./predictions.ts";

export const classify: Task = {
  name: "classify",
  judge: { name: "val_accuracy", better: "higher" },
  pace: { leastEpochs: 5, mostEpochs: 50, enoughSteps: 1200 },
  figureFiles: [],
  withoutOptions: ["patches"],
  predictOptions: ["top"],

  async choose(recipe, given) {
    const { data, base } = recipe;
    const architecture = base === undefined ? undefined : await zoo.architecture(base);
    if (architecture === undefined) refuseWithoutBase(given);
    else refuseBoth(given, architecture.name);
    if (knownName(data) !== undefined || !(await holdsPictures(data))) {
      if (architecture === undefined) return { recipe, reasons: [] };
      const { phases = "two" } = recipe;
      return { recipe: { ...recipe, network: architecture.name, phases }, reasons: [] };
    }
    const survey = await surveyPictures(data);
    if (architecture === undefined) return chooseFor(recipe, given, survey);
    return chooseForBase(recipe, given, survey, architecture);
  },

  async load(recipe, listener) {
    const { validation, seed } = recipe;
    const loaded = await loadData(recipe, listener, picturesOf(recipe));
    if (loaded.folder !== undefined) requireClasses(loaded.folder, recipe.data);
    return classifiedData(loaded, validation, seed, listener);
  },

  async loadFor(trained, choice, listener) {
    const loaded = await loadData(choice, listener, picturesFor(trained, choice));
    return classifiedData(loaded, 0, 0, listener);
  },

  async imagesFor(trained, choice, listener) {
    const loaded = await loadImages(choice, listener, picturesFor(trained, choice));
    return imagesToPredict(loaded, trained);
  },

  predictor: predictorFor,
  explainer: explainerFor,
  surestPictures,
};

/** @throws ConfigError where a network is asked for besides its base. */
function refuseBoth({ network, base }: Given, name: string): void {
  // A run that begins anew has the network of its base.
  if (network === undefined || network === name) return;
  throw new ConfigError({
    what: "The options --network and --base do not go together.",
    expected: "--base to go on from a trained network, or --network to begin at random",
    received: `--network ${network} --base ${base}`,
  });
}

/** @throws ConfigError where what is for a base alone is asked for without one. */
function refuseWithoutBase(given: Given): void {
  const ofBase = ["weights", "phases", "unfreeze", "sizes"].find(
    (name) => given[name] !== undefined,
  );
  if (ofBase === undefined) return;
  throw new ConfigError({
    what: `The option --${ofBase} is for a network on a trained base.`,
    expected: "--base with the name of an architecture",
    received: `--${ofBase} ${given[ofBase]}`,
  });
}

/** How a settled recipe turns pictures into images; undefined where its data are none. */
function picturesOf(recipe: Recipe): PictureChoice | undefined {
  const { size, channels, resize, validation, seed, strict } = recipe;
  if (size === undefined) return undefined;
  return { size: [size, size], channels, resize, validation, seed, strict };
}
