// Continuing a run: its recipe from args.json, its state from a model file, and the refusal of whatever
// would make it another run.

import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError, FormatError, FoveaError } from "../../core/errors.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import type { OptimizerOptions } from "../../nn/optimizers/optimizer-options.ts";
import { closestTo } from "../../platform/files.ts";
import type { Recipe } from "../../tasks/recipe.ts";
import type { Task, TaskData } from "../../tasks/task.ts";
import type { Model } from "../../train/model.ts";
import { argsIn, recipeIn } from "../args-file.ts";
import { listenerFor } from "../load-data.ts";
import { exists, modelFileOf, runFileNames } from "../model-file.ts";
import type { Output } from "../output.ts";
import { flagOf, type Given, parseOptions } from "../schema.ts";
import { recipeSchema } from "../train-options.ts";
import { epochsFor, type SettledRecipe } from "./pace.ts";
import { holdsNoRun } from "./run-files.ts";
import { progressIn } from "./saver.ts";

/** Where a run continues. */
export interface ResumePoint {
  /** What was typed, else what the run was started with, else the defaults. */
  readonly recipe: Recipe;
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
 * Reads how a run was started. What is typed wins over what it was started with. A model that is older than
 * the last one of its folder continues in a new folder, so that the newer one stays.
 *
 * @throws ConfigError where `--out` is given and the run stays in its folder, or it is not known
 * which images the model was trained on; FormatError where there is no run.
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
      recipe: parseOptions(recipeSchema, given),
      modelFile,
      origin: resolve(modelFile),
    };
  }
  const { trainingImages, dataFingerprint, resumedFrom } = saved;
  const known = {
    recipe: parseOptions(recipeSchema, { ...recipeIn(saved, folder), ...given }),
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
      fix: "leave out --out; to keep the old state, copy the folder first",
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
    what: `There is no run at ${path}: no such file or folder.`,
    expected: "the folder of a run, or one of its model files",
    received: path,
    fix: "Check the path.",
    ...(await closestTo(path)),
  });
}

/** Whether the last model in the folder was trained for longer than `modelFile`, or cannot be read. */
async function isBehindRun(modelFile: string, folder: string): Promise<boolean> {
  const last = join(folder, runFileNames.last);
  if (resolve(modelFile) === resolve(last)) return false;
  const status = await stat(last).catch(() => undefined);
  if (!status?.isFile()) return false;
  const own = await progressIn(modelFile);
  // Steps are counted anew in each phase of a network on a base.
  const { epochs, steps } = await progressIn(last).catch(() => ({ epochs: Infinity, steps: 0 }));
  return own.epochs < epochs || (own.epochs === epochs && own.steps < steps);
}

function noRun(path: string): FormatError {
  return new FormatError({
    what: `There is no run in ${path}.`,
    expected: `${runFileNames.args} and ${runFileNames.last}`,
    received: "neither",
    fix: "give the folder of a run, or start a new one without --resume",
  });
}

function unknownData(modelFile: string): ConfigError {
  return new ConfigError({
    what: `It is not known which images ${modelFile} was trained on.`,
    expected: `${runFileNames.args} beside it, or --data`,
    received: "neither",
    fix: "add --data, and every other option whose default does not fit",
  });
}

/**
 * The recipe as the model settles it.
 *
 * @throws ConfigError where something was typed that contradicts the run, or the run is longer already.
 */
export function settleResumed(
  model: Model,
  { pace }: Task,
  point: ResumePoint,
  given: Given,
): SettledRecipe {
  const { recipe, modelFile } = point;
  const { settings, progress } = model;
  if (settings === undefined) {
    throw new ConfigError({
      what: `${modelFile} was saved without optimizer and loss.`,
      expected: "a model that was compiled before it was saved",
      received: "layers and weights only",
    });
  }
  const own = {
    network: model.name,
    ...(recipe.base !== undefined && { base: model.name }),
    optimizer: settings.optimizer.name,
    seed: model.seed,
    precision: model.precision,
    ema: decayIn(settings.optimizer),
  };
  for (const [name, value] of Object.entries(own)) {
    if (given[name] === undefined || String(given[name]) === String(value)) continue;
    throw new ConfigError({
      what: `The option ${flagOf(name)} contradicts the run that is resumed.`,
      expected: `${value ?? "none"}, as in ${modelFile}`,
      received: String(given[name]),
      fix: `leave out ${flagOf(name)}, or start a new run without --resume`,
    });
  }
  const epochs =
    recipe.epochs ?? epochsFor(recipe, pace, point.trainingImages ?? Number.POSITIVE_INFINITY);
  if (progress.epochs > epochs) {
    throw new ConfigError({
      what: `The run has already trained for more than ${epochs} ${epochs === 1 ? "epoch" : "epochs"}.`,
      expected: `--epochs ${progress.epochs} or more`,
      received: `--epochs ${epochs}, and ${progress.epochs} finished epochs in ${modelFile}`,
      fix: `use --epochs ${progress.epochs + 5} to train longer; for fewer epochs, start a new run`,
    });
  }
  const loss = settings.heads[0].loss.name;
  const [preprocess = {}] = model.preprocess;
  return { ...recipe, ...own, loss, preprocess, epochs } as SettledRecipe;
}

/** How much of its averages an optimizer keeps at each step; undefined where it has none. */
function decayIn({ options, endsWithAverage }: Optimizer): number | undefined {
  const { emaMomentum = 0.99 } = options as OptimizerOptions;
  return endsWithAverage ? emaMomentum : undefined;
}

/** The images of a resumed run. @throws ConfigError where those that it was trained on are gone. */
export async function loadResumedData(
  task: Task,
  recipe: Recipe,
  given: Given,
  output: Output,
): Promise<TaskData> {
  try {
    return await task.load(recipe, listenerFor(output));
  } catch (cause) {
    const isTyped = given.data !== undefined || !(cause instanceof FoveaError);
    if (isTyped) throw cause;
    throw new ConfigError({
      what: "The images that the run was trained on cannot be loaded.",
      expected: `${recipe.data}, as in ${runFileNames.args}`,
      received: cause.facts.what,
      fix: "use --data to say where they are now",
      cause,
    });
  }
}

/**
 * A run continues with the images that it began with. Others have to be asked for: `--data` typed again.
 *
 * @throws ConfigError where the images are others, and nobody asked for them.
 */
export function checkData(
  fingerprint: string,
  { dataFingerprint, recipe }: ResumePoint,
  model: Model,
  given: Given,
  output: Output,
): void {
  if (dataFingerprint === undefined || dataFingerprint === fingerprint) return;
  const isBetweenEpochs = model.progress.steps === 0;
  if (given.data !== undefined && isBetweenEpochs) {
    output.warn("Note: these are not the images that the run was trained on before.");
    return;
  }
  throw new ConfigError({
    what: "The images are not those that the run was trained on.",
    expected: `images with the fingerprint ${dataFingerprint}`,
    received: `${recipe.data} with the fingerprint ${fingerprint}`,
    fix: isBetweenEpochs
      ? `restore the images, or use --data ${recipe.data} to continue with these`
      : "restore the images: the run stopped in the middle of an epoch",
  });
}
