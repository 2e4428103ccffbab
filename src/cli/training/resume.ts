// Taking up a run again: its options from args.json, its state from a model file, and the refusal of
// whatever would make it another run.

import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError, FormatError, FoveaError } from "../../core/errors.ts";
import type { LoadedDataset } from "../../data/datasets/dataset.ts";
import { closestTo } from "../../formats/files.ts";
import type { Model } from "../../train/model.ts";
import { loadData } from "../load-data.ts";
import { argsIn, exists, modelFileOf, runFileNames } from "../model-file.ts";
import type { Output } from "../output.ts";
import { flagOf, type Given, parseOptions } from "../schema.ts";
import { passingOptions, type TrainOptions, trainOptions } from "./options.ts";
import { epochsFor, type SettledOptions } from "./recipe.ts";
import { holdsNoRun } from "./run-files.ts";
import { progressIn } from "./saver.ts";

/** Where a run goes on. */
export interface ResumePoint {
  /** What was typed, else what the run was started with, else the defaults. */
  readonly options: TrainOptions;
  /** Absent where the run was killed before its first checkpoint: it begins anew. */
  readonly modelFile?: string;
  /** The run's folder; absent where a new one is made. */
  readonly folder?: string;
  /** The run that the new folder goes next to. */
  readonly beside?: string;
  /** The model file that a run in a new folder began with. */
  readonly origin?: string;
  /** How many images the run was trained on, where that is known. */
  readonly trainingImages?: number;
  /** Which images they were, where that is known. */
  readonly dataFingerprint?: string;
}

/**
 * Reads how a run was started. What is typed wins over what it was started with. A model that is behind
 * the run in its folder goes on in a new folder: what the run has learnt since then stays.
 *
 * @throws ConfigError where `--out` is given and the run stays in its folder, or nothing says which images
 * the model learnt from; FormatError where there is no run.
 */
export async function findResumePoint(path: string, given: Given): Promise<ResumePoint> {
  const found = await runAt(path);
  const { modelFile } = found;
  const folder = modelFile === undefined ? path : dirname(modelFile);
  const saved = await argsIn(folder);
  if (saved === undefined) {
    if (modelFile === undefined) throw noRun(path);
    if (given.data === undefined) throw unknownData(modelFile);
    return {
      options: parseOptions(trainOptions, given),
      modelFile,
      origin: resolve(modelFile),
    };
  }
  const { trainingImages, dataFingerprint, resumedFrom } = saved;
  const known = {
    options: parseOptions(trainOptions, { ...optionsIn(saved, folder), ...given }),
    ...(typeof trainingImages === "number" && { trainingImages }),
    ...(typeof dataFingerprint === "string" && { dataFingerprint }),
  };
  const origin = typeof resumedFrom === "string" ? { origin: resumedFrom } : {};
  // A run in a new folder that was killed before its first checkpoint begins where it was to begin.
  const start = modelFile ?? origin.origin;
  if (modelFile !== undefined && (await isBehindRun(modelFile, folder))) {
    return { ...known, modelFile, beside: folder, origin: resolve(modelFile) };
  }
  if (given.out !== undefined) {
    throw new ConfigError({
      what: "A run that is resumed stays in its folder.",
      expected: "--resume without --out",
      received: `--resume ${path} --out ${given.out}`,
      fix: "leave --out away; to keep the old state, copy the folder first",
    });
  }
  return { ...known, ...origin, folder, ...(start !== undefined && { modelFile: start }) };
}

/** The model file that `path` means; none where it is the folder of a run that has saved none yet. */
async function runAt(path: string): Promise<{ readonly modelFile?: string }> {
  const names = await readdir(path).catch(() => undefined);
  if (names?.includes(runFileNames.args) && holdsNoRun(names)) return {};
  const modelFile = await modelFileOf(path, "last");
  if (await exists(modelFile)) return { modelFile };
  throw new FormatError({
    what: `There is no run at ${path}: there is no such file or folder.`,
    expected: "the folder of a run, or one of its model files",
    received: "nothing of that name",
    fix: "Check the path.",
    ...(await closestTo(path)),
  });
}

/** Whether the last model in the folder has learnt for longer than `modelFile`, or cannot be read. */
async function isBehindRun(modelFile: string, folder: string): Promise<boolean> {
  const last = join(folder, runFileNames.last);
  if (resolve(modelFile) === resolve(last)) return false;
  const status = await stat(last).catch(() => undefined);
  if (!status?.isFile()) return false;
  const own = await progressIn(modelFile);
  const { iterations } = await progressIn(last).catch(() => ({ iterations: Infinity }));
  return own.iterations < iterations;
}

function noRun(path: string): FormatError {
  return new FormatError({
    what: `There is no run in ${path}.`,
    expected: `${runFileNames.args}, and ${runFileNames.last}`,
    received: "neither",
    fix: "give the folder of a run, or start a new one without --resume",
  });
}

function unknownData(modelFile: string): ConfigError {
  return new ConfigError({
    what: `Nothing says which images ${modelFile} has learnt from.`,
    expected: `${runFileNames.args} beside it, or --data`,
    received: "neither",
    fix: "give the images with --data, and other options than the defaults as well",
  });
}

/** The options that `args.json` keeps, checked. */
function optionsIn(saved: Given, folder: string): Given {
  const passing: readonly string[] = passingOptions;
  if (saved.validation === undefined) {
    throw new FormatError({
      what: `${runFileNames.args} in ${folder} does not say which images are for validation.`,
      expected: "a number called validation, as this version of Fovea writes it",
      received: "none: another version wrote the file",
      fix: `start a new run; a model of it can be its beginning: copy the model to another folder, give --data`,
    });
  }
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
 * @throws ConfigError where something was typed that contradicts the run, or the run is longer already.
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
  if (progress.epochs > epochs) {
    throw new ConfigError({
      what: `The run has more than ${epochs} epochs behind it.`,
      expected: `--epochs of at least ${progress.epochs}`,
      received: `--epochs ${epochs}, and ${progress.epochs} finished epochs in ${modelFile}`,
      fix: `add --epochs ${progress.epochs + 5} to train on; for fewer, start a new run`,
    });
  }
  return { ...options, ...own, epochs } as SettledOptions;
}

/** The images of a run that goes on. @throws ConfigError where those that it was trained on are gone. */
export async function loadResumedData(
  options: TrainOptions,
  given: Given,
  output: Output,
): Promise<LoadedDataset> {
  try {
    return await loadData(options, output);
  } catch (cause) {
    const isTyped = given.data !== undefined || !(cause instanceof FoveaError);
    if (isTyped) throw cause;
    throw new ConfigError({
      what: "The images that the run was trained on cannot be loaded.",
      expected: `${options.data}, as ${runFileNames.args} says`,
      received: cause.facts.what,
      fix: "give --data the place where they are now",
      cause,
    });
  }
}

/**
 * A run goes on with the images that it began with. Others have to be asked for: `--data` typed again.
 *
 * @throws ConfigError where the images are others, and nobody asked for them.
 */
export function checkData(
  fingerprint: string,
  { dataFingerprint, options }: ResumePoint,
  model: Model,
  given: Given,
  output: Output,
): void {
  if (dataFingerprint === undefined || dataFingerprint === fingerprint) return;
  const isBetweenEpochs = model.progress.steps === 0;
  if (given.data !== undefined && isBetweenEpochs) {
    output.warn("Note: these are not the images that the run has been trained on until now.");
    return;
  }
  throw new ConfigError({
    what: "The images are not those that the run was trained on.",
    expected: `images with the fingerprint ${dataFingerprint}`,
    received: `${options.data} with the fingerprint ${fingerprint}`,
    fix: isBetweenEpochs
      ? `bring the images back, or type --data ${options.data} to go on with these`
      : "bring the images back: the run stopped in the middle of an epoch",
  });
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
    fix: "use the same --data, --source, --validation and --batch-size",
  });
}
