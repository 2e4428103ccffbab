// One training run from options to run folder. It brings together data, model, files and screen; how a
// model learns is train/'s business, what a picture looks like is report/'s.

import { basename, dirname, resolve } from "node:path";
import { FoveaError, TrainingError } from "../../core/errors.ts";
import type { Device } from "../../machine/device.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { formatSummary } from "../../nn/format-summary.ts";
import { summarize } from "../../nn/summary.ts";
import { formatCount } from "../../report/numbers.ts";
import { createRunFolder } from "../../report/run-folder.ts";
import { phasesFor } from "../../tasks/phases.ts";
import type { Recipe } from "../../tasks/recipe.ts";
import { taskNamed } from "../../tasks/table.ts";
import type { Task } from "../../tasks/task.ts";
import { loadModel } from "../../train/load.ts";
import { checkMidEpoch } from "../../train/mid-epoch.ts";
import { atSize } from "../../transfer/at-size.ts";
import { enterPhase, planOf } from "../../transfer/enter-phase.ts";
import { exitCodes } from "../exit.ts";
import { formatCounts } from "../folder-text.ts";
import { absoluteData, listenerFor } from "../load-data.ts";
import { type Output, standardOutput } from "../output.ts";
import type { Given } from "../schema.ts";
import { refuseTrainOptions } from "../task-options.ts";
import type { TrainOptions } from "../train-options.ts";
import { recipeOf, recipeSchema } from "../train-options.ts";
import { version } from "../version.ts";
import { validatedAverages } from "./averages.ts";
import { catchUp } from "./catch-up.ts";
import { epochLogs } from "./epoch-logs.ts";
import { finishRun, type Verdict } from "./finish.ts";
import { Interrupt } from "./interrupt.ts";
import { paceOf, rateFor } from "./pace.ts";
import { Plateau } from "./plateau.ts";
import {
  checkData,
  findResumePoint,
  loadResumedData,
  type ResumePoint,
  settleResumed,
} from "./resume.ts";
import { type Run, runDataOf } from "./run.ts";
import { holdsNoRun, RunFiles } from "./run-files.ts";
import { progressIn, saveLast, saver } from "./saver.ts";
import { stagesOf } from "./stages.ts";

/**
 * Trains, and gives the exit code.
 *
 * @param onDone is called with a run that was measured, while its model and its device are there.
 * @throws TrainingError where the loss is no longer a number.
 */
export async function runTraining(
  options: TrainOptions,
  given: Given,
  output: Output,
  onDone?: (run: Run, verdict: Verdict) => Promise<void>,
): Promise<number> {
  const { resume } = options;
  const point = resume === undefined ? undefined : await findResumePoint(resume, given);
  return withRun(point, recipeOf(options), given, output, async (run) => {
    await announce(run);
    const { code, verdict } = await train(run);
    if (verdict !== undefined) await onDone?.(run, verdict);
    return code;
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
  const task = await taskNamed((point?.recipe ?? recipe).task);
  const device = await openDevice({ target, ...(threads && { threads }) });
  let files: RunFiles | undefined;
  let prepared: Prepared | undefined;
  const figures = { named: task.figureFiles, ofReport: given.figures !== "no" };
  try {
    // Nobody may change what is read from here on.
    if (point?.folder !== undefined) files = await RunFiles.open(point.folder, figures);
    refuseTrainOptions(task, given);
    const host = { task, device, output };
    prepared =
      point?.modelFile === undefined
        ? await prepareNew(point?.recipe ?? recipe, { ...(point?.recipe ?? given) }, host)
        : await prepareResumed(point, point.modelFile, given, host);
    files ??= await RunFiles.open(await folderFor(point, given), figures);
    return await work(withArgs({ ...prepared, learner: prepared.model, ...host, files }, point));
  } finally {
    await prepared?.data.close();
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

type Prepared = Pick<Run, "recipe" | "data" | "reasons" | "fingerprint" | "model">;

/** What a run is prepared with. */
interface Host {
  readonly task: Task;
  readonly device: Device;
  readonly output: Output;
}

async function prepareNew(
  typed: Recipe,
  given: Given,
  { task, device, output }: Host,
): Promise<Prepared> {
  const { recipe: open, reasons } = await task.choose(typed, given);
  const data = await task.load(open, listenerFor(output));
  const recipe = paceOf(open, task, data);
  const model = await data.model(recipe, device, rateFor(recipe, data.counts.train));
  // An architecture that was asked for by an earlier name has today's from here on, as in a resumed run.
  const [preprocess = {}] = model.preprocess;
  const settled = { ...recipe, network: model.name, preprocess };
  return { recipe: settled, ...runDataOf(data, reasons), model };
}

async function prepareResumed(
  point: ResumePoint,
  modelFile: string,
  given: Given,
  { task, device, output }: Host,
): Promise<Prepared> {
  const { model } = await loadModel(modelFile, { device });
  const recipe = settleResumed(model, task, point, given);
  const runData = runDataOf(await loadResumedData(task, recipe, given, output));
  const images = runData.data.counts.train;
  checkData(runData.fingerprint, point, model, given, output);
  const batches = { batchSize: recipe.batchSize, count: images, countBefore: point.trainingImages };
  checkMidEpoch(model.progress, batches, "use the same --data, --validation and --batch-size");
  const changed = ["epochs", "learningRate", "schedule"].some((name) => given[name] !== undefined);
  if (changed && recipe.base === undefined) model.rateSetting = rateFor(recipe, images);
  return { recipe, ...runData, model };
}

function withArgs(run: Omit<Run, "args">, point: ResumePoint | undefined): Run {
  const { recipe, data, device, fingerprint } = run;
  const parts = Object.keys(recipeSchema.shape) as (keyof Recipe)[];
  const args = {
    command: "train",
    ...Object.fromEntries(parts.map((name) => [name, recipe[name]])),
    data: absoluteData(recipe.data),
    trainingImages: data.counts.train,
    validationImages: data.counts.validation,
    testImages: data.counts.test,
    dataFingerprint: fingerprint,
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
  const folder = describeFolder(run);
  if (folder !== undefined) output.say(`${folder}\n`);
  output.say(`device  ${describeDevice(device)}`);
  output.say(`run     ${files.folder}`);
  const phases = phasesFor(recipe);
  if (phases.length > 0) {
    // Before anything is trained: the model takes each size.
    for (const { size } of phases) atSize(model, size);
    output.say(`\n${planOf(model, phases).join("\n")}`);
    enterPhase(model, phases[0]);
  }
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
    ...(data.folder && { classes: data.folder.counts, chosen: run.reasons }),
    device: describeDevice(device),
    model: model.name,
    parameters: model.countParams(),
    epochs: recipe.epochs,
    finishedEpochs: progress.epochs,
  });
  await files.writeArgs(args);
  if (!(await files.has("last"))) await saveLast(run);
}

/** What is known of the folder before training: how many pictures each class has, and what was chosen for it. */
function describeFolder({ data: { folder }, reasons }: Run): string | undefined {
  if (folder === undefined) return undefined;
  const lines = reasons.map((reason) => `chosen  ${reason}`);
  return ["", formatCounts(folder.counts), "", ...lines].join("\n");
}

/** How many images there are of each kind. */
function describeParts({ data }: Run): string {
  const { counts } = data;
  const [training, validation, test] = [counts.train, counts.validation, counts.test].map(
    (count) => (count === 0 ? "none" : formatCount(count)),
  );
  const kinds =
    `${training} training images, ${validation} validation images to choose the best epoch, ` +
    `${test === "none" ? "no" : test} test images`;
  if (counts.test > 0) return kinds;
  const hint = "a folder test/ beside train/ would measure the model on pictures it has never met";
  return `${kinds}\n        (${hint})`;
}

async function train(run: Run): Promise<{ code: number; verdict: Verdict | undefined }> {
  const { recipe, data, files, model, output } = run;
  const { batchSize } = recipe;
  const classWeights = data.folder?.classWeights;
  if (model.progress.iterations === 0 && model.progress.epochs === 0) await drawFirstBatch(run);
  const interrupt = new Interrupt(() =>
    output.warn("\nStopping after this step and saving. Press Ctrl-C again to stop at once."),
  );
  let current = run;
  try {
    let stopped: string | undefined;
    let isPlateau = false;
    for await (const stage of stagesOf(run)) {
      current = stage.run;
      const plateau = new Plateau(recipe, stage);
      const { validation } = stage;
      ({ stopped } = await current.learner.fit(stage.train, {
        epochs: stage.end,
        batchSize,
        ...(validation && { validationData: validation }),
        callbacks: [
          validatedAverages(current),
          ...(validation === undefined ? [] : [epochLogs(current)]),
          saver(current),
          ...plateau.callbacks,
        ],
        ...(recipe.classWeights && classWeights && { classWeights }),
        verbose: output.chatty ? 1 : 0,
        signal: interrupt.signal,
        resume: true,
      }));
      isPlateau = plateau.isReached(stopped) && stage.isLast;
      // The averages have taken the weights' place.
      const isOver = stopped === undefined || plateau.isReached(stopped);
      if (isOver && recipe.ema !== undefined) await saveLast(current);
      if (stopped !== undefined && !plateau.isReached(stopped)) break;
      if (!stage.isLast) stopped = undefined;
    }
    if (stopped !== undefined && !isPlateau) await saveLast(current);
    interrupt.leaveAtOnce();
    if (isPlateau) await files.writeArgs({ ...run.args, plateau: model.progress.epochs });
    const ending = { stopped: isPlateau ? undefined : stopped, isPlateau, diverged: false };
    const verdict = await finishRun(run, ending);
    const { code } = ending.stopped === undefined ? exitCodes.done : exitCodes.interrupted;
    return { code, verdict };
  } catch (error) {
    if (error instanceof TrainingError) await reportDivergence(current, error);
    throw error;
  } finally {
    interrupt.release();
  }
}

/** Writes the images that the network sees first, where they are pictures. */
async function drawFirstBatch({ data, model, recipe, device, files }: Run): Promise<void> {
  const sheet = await data.firstBatch(model, recipe, device);
  if (sheet === undefined) return;
  const { pngOf } = await import("../../report/picture.ts");
  await files.write("trainBatch", pngOf(sheet));
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
  await catchUp(run);
  const { history, iterations } = run.model.progress;
  const isBroken = !Object.values(history.at(-1)?.logs ?? {}).every(Number.isFinite);
  if (isBroken) return;
  const saved = await progressIn(run.files.path("last"));
  if (saved.iterations !== iterations) await saveLast(run);
}
