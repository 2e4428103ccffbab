// The stretches of a run, each with one learner: a run that begins at random is one stretch; one on a trained base has a
// stretch for each phase. Where a run is follows from its finished epochs, so that a resumed one goes on as it would have.

import type { Source } from "../../data/source.ts";
import type { Optimizer } from "../../nn/optimizers/optimizer.ts";
import { optimizerIn } from "../../tasks/optimizer.ts";
import { phasesFor, placeIn } from "../../tasks/phases.ts";
import { loadModel } from "../../train/load.ts";
import type { Model } from "../../train/model.ts";
import type { ModelExamples } from "../../train/model-examples.ts";
import type { CompileOptions } from "../../train/model-options.ts";
import type { TrainingSettings } from "../../train/settings.ts";
import { atSize } from "../../transfer/at-size.ts";
import { enterPhase, optimizerFor } from "../../transfer/enter-phase.ts";
import { learnerOf } from "../../transfer/learner.ts";
import type { Phase } from "../../transfer/phases.ts";
import type { Run } from "./run.ts";
import { savedBest, saveLast } from "./saver.ts";

/** A stretch of training. */
export interface Stage {
  /** The run, with who learns in this stretch. */
  readonly run: Run;
  readonly train: ModelExamples | Source;
  readonly validation: ModelExamples | Source | undefined;
  /** Finished epochs of the run before it. */
  readonly begin: number;
  /** Finished epochs of the run after it. */
  readonly end: number;
  readonly isLast: boolean;
}

/** MiB of features that are kept in memory. */
const cacheMiB = 1024;

/** The stretches that a run has before it. Each is made when the one before it is over. */
export async function* stagesOf(run: Run): AsyncGenerator<Stage> {
  const { recipe, data, model, output } = run;
  const phases = phasesFor(recipe);
  const { train, validation } = data.lessons(model, recipe);
  if (phases.length === 0) {
    yield { run, train, validation, begin: 0, end: recipe.epochs, isLast: true };
    return;
  }
  const patience = validation === undefined ? 0 : (recipe.patience ?? 0);
  for (;;) {
    const place = placeIn(model.progress.history, phases, patience);
    if (place === undefined) return;
    const { index, begin } = place;
    const phase = phases[index];
    const { epochs, steps, iterations } = model.progress;
    // A phase that has begun counts its steps anew.
    const isNew = epochs === begin && steps === 0 && (begin === 0 || iterations > 0);
    enterPhase(model, phase);
    if (isNew) await beginPhase(run, phase);
    else if (phase.schedule !== "oneCycle") model.rateSetting = phase.learningRate;
    output.say(`Phase ${index + 1} of ${phases.length}: ${phase.name}`);
    const { batchSize } = recipe;
    const learning = atSize(model, phase.size);
    const learner = await learnerOf(learning, { train, validation, batchSize, cacheMiB });
    output.say(learner.reason);
    if (learner.model !== model) await handOver(run, phase, learner.model);
    yield {
      run: { ...run, learner: learner.model },
      train: learner.train,
      validation: learner.validation,
      begin,
      end: begin + phase.epochs,
      isLast: index === phases.length - 1,
    };
  }
}

/**
 * A phase begins with the best model so far and an optimizer of its own. That is saved at once: the first epoch of the
 * phase may put another model in the place of the best, and a run that is killed then goes on from here.
 */
async function beginPhase(run: Run, phase: Phase): Promise<void> {
  const { model, files, device } = run;
  const { progress } = model;
  if (progress.epochs > 0 && (await savedBest(run)) !== undefined) {
    const best = await loadModel(files.path("best"), { device, training: false });
    await model.setWeights(await best.model.getWeights());
    await best.model.dispose();
  }
  compileFor(run, phase, model);
  const weights = await model.getWeights();
  await model.setState({ weights, slots: new Map(), progress: { ...progress, iterations: 0 } });
  if (progress.epochs > 0) await saveLast(run);
}

/** The head, or the model at another size, takes over what the whole model has come to. */
async function handOver(run: Run, phase: Phase, learner: Model): Promise<void> {
  const { slots, progress } = await run.model.getState();
  compileFor(run, phase, learner);
  await learner.setState({ weights: await learner.getWeights(), slots, progress });
}

/** Compiles a model for a phase, with the loss and the metrics of the run. */
function compileFor({ model, recipe, data }: Run, phase: Phase, learner: Model): void {
  const { settings } = model;
  if (settings === undefined) return;
  const steps = phase.epochs * Math.ceil(data.counts.train / recipe.batchSize);
  const optimizer = optimizerFor(model, phase, steps, (options) => optimizerIn(recipe, options));
  learner.compile(compileOptions(settings, optimizer, learner.network.outputNames));
}

/** The same losses and metrics with another optimizer. */
function compileOptions(
  { heads }: TrainingSettings,
  optimizer: Optimizer,
  outputNames: readonly string[],
): CompileOptions {
  const perOutput = <T>(of: (head: TrainingSettings["heads"][number]) => T) =>
    Object.fromEntries(heads.map((head) => [outputNames[head.output], of(head)]));
  const metricsOf = (weighted: boolean) =>
    perOutput(({ metrics }) => metrics.filter((metric) => metric.weighted === weighted));
  return {
    optimizer,
    loss: perOutput(({ loss }) => loss),
    lossWeights: perOutput(({ weight }) => weight),
    metrics: metricsOf(false),
    weightedMetrics: metricsOf(true),
  };
}
