// Taking up a run again: its options from args.json, its state from a model file, and the refusal of
// whatever would make it another run. Floor 8.

import { dirname } from "node:path";
import { ConfigError, FormatError } from "../../core/errors.ts";
import type { Model } from "../../train/model.ts";
import { argsBeside, modelFileOf, runFileNames } from "../model-file.ts";
import { flagOf, type Given, parseOptions } from "../schema.ts";
import { passingOptions, type TrainOptions, trainOptions } from "./options.ts";
import { epochsFor, type SettledOptions } from "./recipe.ts";

/** Where a run goes on. */
export interface ResumePoint {
  /** What was typed, else what the run was started with, else the defaults. */
  readonly options: TrainOptions;
  readonly modelFile: string;
  /** The run's folder; absent where the model file lies outside of one. */
  readonly folder?: string;
  /** How many images the run was trained on, where that is known. */
  readonly trainingImages?: number;
}

/**
 * Reads how a run was started. What is typed wins over what it was started with.
 *
 * @throws ConfigError where `--out` is given too, FormatError where there is no run.
 */
export async function findResumePoint(path: string, given: Given): Promise<ResumePoint> {
  if (given.out !== undefined) {
    throw new ConfigError({
      what: "A run that is resumed stays in its folder.",
      expected: "--resume without --out",
      received: `--resume ${path} --out ${given.out}`,
      fix: "leave --out away; to keep the old state, copy the folder first",
    });
  }
  const modelFile = await modelFileOf(path, "last");
  const saved = await argsBeside(modelFile);
  if (saved === undefined) return { options: parseOptions(trainOptions, given), modelFile };
  const { trainingImages } = saved;
  return {
    options: parseOptions(trainOptions, { ...optionsIn(saved, dirname(modelFile)), ...given }),
    modelFile,
    folder: dirname(modelFile),
    ...(typeof trainingImages === "number" && { trainingImages }),
  };
}

/** The options that `args.json` keeps, checked. */
function optionsIn(saved: Given, folder: string): Given {
  const passing: readonly string[] = passingOptions;
  const own = Object.entries(saved).filter(
    ([name]) => Object.hasOwn(trainOptions.shape, name) && !passing.includes(name),
  );
  const kept = Object.fromEntries(own);
  try {
    parseOptions(trainOptions, kept);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new FormatError({
      what: `${runFileNames.args} in ${folder} cannot be used.`,
      received: cause.facts.what,
      fix: "repair the file, or move it away and give the options anew",
      cause,
    });
  }
  return kept;
}

/**
 * The options as the model settles them.
 *
 * @throws ConfigError where something was typed that contradicts the run, or the run is complete.
 */
export function settleResumed(model: Model, point: ResumePoint, given: Given): SettledOptions {
  const { options, modelFile } = point;
  const { settings, progress } = model;
  if (settings === undefined) {
    throw new ConfigError({
      what: `${modelFile} was saved without the settings of its training.`,
      expected: "a model that was compiled before it was saved",
      received: "architecture and weights only",
    });
  }
  const own = {
    model: model.name,
    optimizer: settings.optimizer.name,
    seed: model.seed,
    precision: model.precision,
  };
  for (const [name, value] of Object.entries(own)) {
    if (given[name] === undefined || String(given[name]) === String(value)) continue;
    throw new ConfigError({
      what: `The option ${flagOf(name)} contradicts the run that is resumed.`,
      expected: `${value}, as in ${modelFile}`,
      received: String(given[name]),
      fix: `leave ${flagOf(name)} away, or start a new run without --resume`,
    });
  }
  const epochs =
    options.epochs ?? epochsFor(options, point.trainingImages ?? Number.POSITIVE_INFINITY);
  if (progress.epochs >= epochs) {
    throw new ConfigError({
      what: `The run has all of its ${epochs} epochs behind it.`,
      expected: "more epochs than are finished",
      received: `${progress.epochs} finished epochs in ${modelFile}`,
      fix: `add --epochs ${progress.epochs + 5} to train on`,
    });
  }
  return { ...options, ...own, epochs } as SettledOptions;
}

/**
 * In the middle of an epoch the images that were seen must stay those that were seen.
 *
 * @throws ConfigError where batches or images are others than before.
 */
export function checkMidEpoch(model: Model, point: ResumePoint, trainingImages: number): void {
  const { steps, means } = model.progress;
  if (steps === 0) return;
  const { batchSize } = point.options;
  const known = point.trainingImages ?? trainingImages;
  const fits = means.examples === Math.min(steps * batchSize, trainingImages);
  if (fits && known === trainingImages) return;
  throw new ConfigError({
    what: "The run stopped in the middle of an epoch, which cannot go on with other batches.",
    expected: `the ${known} training images and the batch size that it was started with`,
    received: `${trainingImages} images in batches of ${batchSize}, after ${means.examples} in ${steps} steps`,
    fix: "use the same --data, --source, --validation-split and --batch-size",
  });
}
