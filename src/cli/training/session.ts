// One training run from options to run folder. It brings together data, model, files and screen; how a
// model learns is train/'s business, what a picture looks like is report/'s.

import { basename, dirname, resolve } from "node:path";
import { FoveaError, TrainingError } from "../../core/errors.ts";
import { countOf } from "../../data/example-set.ts";
import type { Device } from "../../machine/device.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { formatSummary } from "../../nn/format-summary.ts";
import { summarize } from "../../nn/summary.ts";
import { formatCount } from "../../report/numbers.ts";
import { createRunFolder } from "../../report/run-folder.ts";
import { loadModel } from "../../train/load.ts";
import { checkMidEpoch } from "../../train/mid-epoch.ts";
import { exitCodes } from "../exit.ts";
import { absoluteData } from "../load-data.ts";
import { type Output, standardOutput } from "../output.ts";
import type { Given } from "../schema.ts";
import type { TrainOptions } from "../train-options.ts";
import { modelFor, type Recipe, recipeOf, recipeSchema } from "../train-options.ts";
import { version } from "../version.ts";
import { finishRun } from "./finish.ts";
import { drawFirstBatch } from "./first-batch.ts";
import { Interrupt } from "./interrupt.ts";
import { describeFolder, loadForTraining } from "./load-for-training.ts";
import { epochsFor, patienceFor, rateFor, topRate } from "./pace.ts";
import { Plateau } from "./plateau.ts";
import {
  checkData,
  findResumePoint,
  loadResumedData,
  type ResumePoint,
  settleResumed,
} from "./resume.ts";
import { divideData, type Run } from "./run.ts";
import { holdsNoRun, RunFiles } from "./run-files.ts";
import { progressIn, saveLast, saver } from "./saver.ts";

/** Trains, and gives the exit code. @throws TrainingError where the loss is no longer a number. */
export async function runTraining(
  options: TrainOptions,
  given: Given,
  output: Output,
): Promise<number> {
  const { resume } = options;
  const point = resume === undefined ? undefined : await findResumePoint(resume, given);
  return withRun(point, recipeOf(options), given, output, async (run) => {
    await announce(run);
    return train(run);
  });
}

/** Opens a device and a run, lets `work` use them, and closes both. */
export async function withRun<T>(
  point: ResumePoint | undefined,
  recipe: Recipe,
  given: Given,
  output: Output,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { target, threads } = point?.recipe ?? recipe;
  const device = await openDevice({ target, ...(threads && { threads }) });
  let files: RunFiles | undefined;
  let close: (() => Promise<void>) | undefined;
  try {
    // Nobody may change what is read from here on.
    if (point?.folder !== undefined) files = await RunFiles.open(point.folder);
    const prepared =
      point?.modelFile === undefined
        ? await prepareNew(point?.recipe ?? recipe, point?.recipe ?? given, device, output)
        : await prepareResumed(point, point.modelFile, given, device, output);
    close = prepared.data.folder?.close;
    files ??= await RunFiles.open(await folderFor(point, given));
    return await work(withArgs({ ...prepared, device, files, output }, point));
  } finally {
    await close?.();
    await files?.close();
    await device.close();
  }
}

/** A new folder: the one that was asked for, else one beside the run whose model is taken. */
function folderFor(point: ResumePoint | undefined, { out }: Given): Promise<string> {
  if (typeof out === "string") return createRunFolder({ exact: out, isUnused: holdsNoRun });
  const beside = point?.beside;
  return createRunFolder(
    beside === undefined ? {} : { root: dirname(beside), name: basename(resolve(beside)) },
  );
}

type Prepared = Pick<Run, "recipe" | "data" | "model">;

async function prepareNew(
  typed: Recipe,
  given: Given,
  device: Device,
  output: Output,
): Promise<Prepared> {
  const loaded = await loadForTraining(typed, given, output);
  const { recipe: open, reasons } = loaded;
  const data = divideData(loaded.data, open, reasons);
  const images = countOf(data.train);
  const epochs = epochsFor(open, images);
  const recipe = {
    ...open,
    epochs,
    patience: patienceFor(open, epochs, data.folder !== undefined),
    learningRate: topRate(open),
  };
  const model = await modelFor(recipe, data.train, device, rateFor(recipe, images));
  // An architecture that was asked for by an earlier name has today's from here on, as in a resumed run.
  return { recipe: { ...recipe, network: model.name }, data, model };
}

async function prepareResumed(
  point: ResumePoint,
  modelFile: string,
  given: Given,
  device: Device,
  output: Output,
): Promise<Prepared> {
  const { model } = await loadModel(modelFile, { device });
  const recipe = settleResumed(model, point, given);
  const data = divideData(await loadResumedData(recipe, given, output), recipe);
  const images = countOf(data.train);
  checkData(data.fingerprint, point, model, given, output);
  const batches = { batchSize: recipe.batchSize, count: images, countBefore: point.trainingImages };
  checkMidEpoch(model.progress, batches, "use the same --data, --validation and --batch-size");
  const changed = ["epochs", "learningRate", "schedule"].some((name) => given[name] !== undefined);
  if (changed) model.rateSetting = rateFor(recipe, images);
  return { recipe, data, model };
}

function withArgs(run: Omit<Run, "args">, point: ResumePoint | undefined): Run {
  const { recipe, data, device } = run;
  const parts = Object.keys(recipeSchema.shape) as (keyof Recipe)[];
  const args = {
    command: "train",
    ...Object.fromEntries(parts.map((name) => [name, recipe[name]])),
    data: absoluteData(recipe.data),
    trainingImages: countOf(data.train),
    validationImages: data.validation === undefined ? 0 : countOf(data.validation),
    testImages: data.test === undefined ? 0 : countOf(data.test),
    dataFingerprint: data.fingerprint,
    examplesFrom: data.source,
    ...(point?.origin && { resumedFrom: point.origin }),
    device: describeDevice(device),
    version: version(),
  };
  return { ...run, args };
}

/** Says what is about to happen, and makes sure that the folder can be written. */
async function announce(run: Run): Promise<void> {
  const { args, data, device, model, files, output, recipe } = run;
  const { progress } = model;
  output.say(`data    ${data.source}`);
  output.say(`        ${describeParts(run)}`);
  const folder = describeFolder(data, data.reasons);
  if (folder !== undefined) output.say(`${folder}\n`);
  output.say(`device  ${describeDevice(device)}`);
  output.say(`run     ${files.folder}`);
  output.say(
    `\n${formatSummary(summarize(model.network), { width: standardOutput.longestLine })}\n`,
  );
  if (progress.epochs >= recipe.epochs) {
    output.say(
      `All ${recipe.epochs} epochs of the run are done, so only its report is written again. ` +
        `Use --epochs ${progress.epochs + 5} to train longer.\n`,
    );
  } else if (progress.iterations > 0) {
    const step = progress.steps === 0 ? "" : `, step ${progress.steps + 1}`;
    output.say(`Continuing at epoch ${progress.epochs + 1}${step}.\n`);
  }
  output.record({
    event: "start",
    folder: files.folder,
    data: data.name,
    source: data.source,
    trainingImages: args.trainingImages,
    validationImages: args.validationImages,
    testImages: args.testImages,
    ...(data.folder && { classes: data.folder.counts, chosen: data.reasons }),
    device: describeDevice(device),
    model: model.name,
    parameters: model.countParams(),
    epochs: recipe.epochs,
    finishedEpochs: progress.epochs,
  });
  await files.writeArgs(args);
  if (!(await files.has("last"))) await saveLast(run);
}

/** How many images there are of each kind. */
function describeParts({ data }: Run): string {
  const [training, validation, test] = [data.train, data.validation, data.test].map((part) =>
    part === undefined ? "none" : formatCount(countOf(part)),
  );
  const kinds =
    `${training} training images, ${validation} validation images to choose the best epoch, ` +
    `${test === "none" ? "no" : test} test images`;
  if (data.test !== undefined) return kinds;
  const hint = "a folder test/ beside train/ would measure the model on pictures it has never met";
  return `${kinds}\n        (${hint})`;
}

async function train(run: Run): Promise<number> {
  const { recipe, data, files, model, output } = run;
  const { epochs, batchSize } = recipe;
  const plateau = new Plateau(recipe, data);
  if (data.folder !== undefined && model.progress.iterations === 0) await drawFirstBatch(run);
  const interrupt = new Interrupt(() =>
    output.warn("\nStopping after this step and saving. Press Ctrl-C again to stop at once."),
  );
  try {
    const { stopped } = await model.fit(data.train, {
      epochs,
      batchSize,
      ...(data.validation && { validationData: data.validation }),
      callbacks: [saver(run), ...plateau.callbacks],
      ...(data.folder && recipe.classWeights && { classWeights: data.folder.classWeights }),
      verbose: output.chatty ? 1 : 0,
      signal: interrupt.signal,
      resume: true,
    });
    const isPlateau = plateau.isReached(stopped);
    if (stopped !== undefined && !isPlateau) await saveLast(run);
    interrupt.leaveAtOnce();
    if (isPlateau) await files.writeArgs({ ...run.args, plateau: model.progress.epochs });
    await finishRun(run, { stopped: isPlateau ? undefined : stopped, isPlateau, diverged: false });
    const isDone = stopped === undefined || isPlateau;
    return isDone ? exitCodes.done.code : exitCodes.interrupted.code;
  } catch (error) {
    if (error instanceof TrainingError) await reportDivergence(run, error);
    throw error;
  } finally {
    interrupt.release();
  }
}

/** Keeps what can be kept, and makes the report on the way there. */
async function reportDivergence(run: Run, error: TrainingError): Promise<void> {
  try {
    await keepSoundState(run);
    await finishRun(run, { stopped: error.facts.what, isPlateau: false, diverged: true });
  } catch (second) {
    if (!(second instanceof FoveaError)) throw second;
    run.output.warn(second.message);
  }
}

/**
 * Training takes a model that diverges back to its last sound step. That step is kept, be it after the last
 * checkpoint or before one whose loss had run away already. A model that an epoch has left broken is not.
 */
async function keepSoundState(run: Run): Promise<void> {
  const { history, iterations } = run.model.progress;
  const isBroken = !Object.values(history.at(-1)?.logs ?? {}).every(Number.isFinite);
  if (isBroken) return;
  const saved = await progressIn(run.files.path("last"));
  if (saved.iterations !== iterations) await saveLast(run);
}
