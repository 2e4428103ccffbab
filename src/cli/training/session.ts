// One training run from options to run folder. Floor 8. It brings together data, model, files and
// screen; how a model learns is train/'s business, what a picture looks like is report/'s.

import { FoveaError, TrainingError } from "../../core/errors.ts";
import type { LoadedDataset } from "../../data/datasets/dataset.ts";
import { countExamples } from "../../data/examples.ts";
import type { Device } from "../../machine/device.ts";
import { describeDevice, openDevice } from "../../machine/open.ts";
import { optimizerFrom } from "../../nn/optimizers/index.ts";
import { bestEpoch } from "../../report/metrics.ts";
import { createRunFolder } from "../../report/run-folder.ts";
import type { Callback } from "../../train/callback.ts";
import { loadModel } from "../../train/checkpoint.ts";
import { Model } from "../../train/model.ts";
import { architectureFrom } from "../../zoo/index.ts";
import { exitCodes } from "../exit.ts";
import { loadData } from "../load-data.ts";
import type { Output } from "../output.ts";
import type { Given } from "../schema.ts";
import { version } from "../version.ts";
import { classCountIn } from "./class-count.ts";
import { finishRun } from "./finish.ts";
import { Interrupt } from "./interrupt.ts";
import { passingOptions, type TrainOptions } from "./options.ts";
import { epochsFor, rateFor, topRate } from "./recipe.ts";
import { checkMidEpoch, findResumePoint, type ResumePoint, settleResumed } from "./resume.ts";
import { encodeRun, judge, type Run } from "./run.ts";
import { RunFiles } from "./run-files.ts";

/** Trains, and gives the exit code. @throws TrainingError where the loss is no longer a number. */
export async function runTraining(
  options: TrainOptions,
  given: Given,
  output: Output,
): Promise<number> {
  const { resume } = options;
  const point = resume === undefined ? undefined : await findResumePoint(resume, given);
  const { target, threads } = point?.options ?? options;
  const device = await openDevice({ target, ...(threads && { threads }) });
  try {
    const run =
      point === undefined
        ? await startRun(options, device, output)
        : await resumeRun(point, given, device, output);
    await announce(run);
    return await train(run);
  } finally {
    await device.close();
  }
}

async function startRun(options: TrainOptions, device: Device, output: Output): Promise<Run> {
  const data = await loadData(options, output);
  const images = trainingImages(data, options);
  const settled = {
    ...options,
    epochs: epochsFor(options, images),
    learningRate: topRate(options),
  };
  const optimizer = optimizerFrom(options.optimizer, { learningRate: rateFor(settled, images) });
  const network = architectureFrom(options.model, {
    inputShape: data.train.x.shape.slice(1),
    classes: classCountIn(data.train),
  });
  const model = new Model(network, { seed: options.seed, precision: options.precision, device });
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  const { out } = options;
  const folder = await createRunFolder(out === undefined ? {} : { exact: out });
  const files = new RunFiles(folder);
  return withArgs({ options: settled, data, device, model, files, output });
}

async function resumeRun(
  point: ResumePoint,
  given: Given,
  device: Device,
  output: Output,
): Promise<Run> {
  const { model } = await loadModel(point.modelFile, { device });
  const options = settleResumed(model, point, given);
  const data = await loadData(options, output);
  const images = trainingImages(data, options);
  checkMidEpoch(model, point, images);
  const changed = ["epochs", "learningRate", "schedule"].some((name) => given[name] !== undefined);
  if (changed) model.rateSetting = rateFor(options, images);
  const files = new RunFiles(point.folder ?? (await createRunFolder()));
  return withArgs({ options, data, device, model, files, output });
}

function trainingImages(data: LoadedDataset, { validationSplit }: TrainOptions): number {
  return Math.floor(countExamples(data.train) * (1 - validationSplit));
}

function withArgs(run: Omit<Run, "args">): Run {
  const { options, data, device } = run;
  const passing: readonly string[] = passingOptions;
  const own = Object.entries(options).filter(([name]) => !passing.includes(name));
  const args = {
    command: "train",
    ...Object.fromEntries(own),
    trainingImages: trainingImages(data, options),
    examplesFrom: data.source,
    device: describeDevice(device),
    version: version(),
  };
  return { ...run, args };
}

/** Says what is about to happen, and proves that the folder can be written. */
async function announce(run: Run): Promise<void> {
  const { args, data, device, model, files, output, options } = run;
  const { progress } = model;
  output.say(`data    ${data.source}`);
  output.say(`device  ${describeDevice(device)}`);
  output.say(`run     ${files.folder}`);
  output.say(`\n${model.summary()}\n`);
  if (progress.iterations > 0) {
    const step = progress.steps === 0 ? "" : `, step ${progress.steps + 1}`;
    output.say(`Going on at epoch ${progress.epochs + 1}${step}.\n`);
  }
  output.record({
    event: "start",
    folder: files.folder,
    data: data.name,
    source: data.source,
    trainingImages: args.trainingImages,
    testImages: countExamples(data.test),
    device: describeDevice(device),
    model: model.name,
    parameters: model.countParams(),
    epochs: options.epochs,
    finishedEpochs: progress.epochs,
  });
  await files.writeArgs(args);
  if (progress.iterations === 0) await saveLast(run);
}

function saveLast(run: Run): Promise<void> {
  return run.files.write("last", encodeRun(run));
}

/** Saves the state after every epoch, and keeps the best. */
function saver(run: Run): Callback {
  const { model, files, output } = run;
  return {
    async onEpochEnd(record) {
      const { history } = model.progress;
      const bytes = encodeRun(run);
      await files.write("last", bytes);
      if (bestEpoch(history, judge)?.epoch === record.epoch) await files.write("best", bytes);
      await files.writeHistory(history);
      output.record({ event: "epoch", ...record });
    },
  };
}

async function train(run: Run): Promise<number> {
  const { options, data, model, output } = run;
  const { epochs, batchSize, validationSplit } = options;
  const interrupt = new Interrupt(() =>
    output.warn("\nStopping, and saving what is learnt. Ctrl-C again stops at once."),
  );
  try {
    const { stopped } = await model.fit(data.train, {
      epochs,
      batchSize,
      ...(validationSplit > 0 ? { validationSplit } : { validationData: data.test }),
      callbacks: [saver(run)],
      verbose: output.chatty ? 1 : 0,
      signal: interrupt.signal,
      resume: true,
    });
    if (stopped !== undefined) await saveLast(run);
    interrupt.leaveAtOnce();
    await finishRun(run, { stopped, diverged: false });
    return stopped === undefined ? exitCodes.done.code : exitCodes.interrupted.code;
  } catch (error) {
    if (error instanceof TrainingError) await saveDiverged(run, error);
    throw error;
  } finally {
    interrupt.release();
  }
}

/** Keeps what can be kept: the weights from before the loss broke, and the report on the way there. */
async function saveDiverged(run: Run, error: TrainingError): Promise<void> {
  const { weights, slots } = run.model.getState();
  const values = [...weights.values(), ...slots.values()];
  try {
    if (values.every(({ data }) => data.every(Number.isFinite))) await saveLast(run);
    await finishRun(run, { stopped: error.facts.what, diverged: true });
  } catch (second) {
    if (!(second instanceof FoveaError)) throw second;
    run.output.warn(second.message);
  }
}
