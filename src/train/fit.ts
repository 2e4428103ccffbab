// The training loop: epochs, steps, validation, callbacks. Everything that is random is keyed by seed,
// epoch and step, so a run can be left at any step and taken up again with the same bits.

import { TrainingError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { WebAbortSignal } from "../core/web.ts";
import type { StepInputs, StepOutputs } from "../machine/device.ts";
import { batchesOf } from "./batches.ts";
import type { Engine, ResidentExamples } from "./engine.ts";
import { evaluateRows } from "./evaluate.ts";
import type { LastGood } from "./last-good.ts";
import { Means } from "./means.ts";
import { checkMidEpoch } from "./mid-epoch.ts";
import { names } from "./programs/names.ts";
import { programsOf } from "./programs/programs-of.ts";
import { runSteps } from "./run-steps.ts";
import type { TrainingSettings } from "./settings.ts";
import { type Progress, untrained } from "./state.ts";
import type { Watchers } from "./watchers.ts";

/** What a training run is made of. */
export interface FitJob {
  readonly engine: Engine;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Examples to train on: the first `count` rows. */
  readonly training: { readonly examples: ResidentExamples; readonly count: number };
  readonly validation?: {
    readonly examples: ResidentExamples;
    readonly first: number;
    readonly count: number;
  };
  readonly epochs: number;
  readonly batchSize: number;
  /** Steps of one epoch; absent where it sees all examples. */
  readonly stepsPerEpoch?: number;
  readonly shuffle: boolean;
  /** Whether rows can be had again, so that steps can be taken back. */
  readonly replays: boolean;
  readonly watchers: Watchers;
  /** Whether every step is over before the next begins: a callback may look, or change things. */
  readonly stepByStep: boolean;
  readonly signal?: WebAbortSignal;
  /** Whether an epoch, counted from 1, ends with validation. */
  validatesAfter(epoch: number): boolean;
  /** The rate after so many finished steps. */
  learningRate(iterations: number): number;
  /** Brings the model back to its last good state where training diverges. */
  readonly lastGood: LastGood;
  progress(): Progress;
  setProgress(progress: Progress): void;
  /** Once training has come to an end that leaves nothing to take up again. */
  finish(): Promise<void>;
}

/** Streams from here on order examples; layers and weights have others. */
const orderStream = 2 ** 31;
/** What to do where a run that stopped in the middle of an epoch gets other batches. */
const sameAsBefore = "give fit the same examples, validationSplit and batchSize as before";

/** The steps [from, to) of an epoch, counted from 0 within a pass over all examples. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The part of a pass that the next epoch takes: all of it, or `stepsPerEpoch` after those before. */
function spanOf(
  { history }: Progress,
  { batchSize, stepsPerEpoch, training: { count } }: FitJob,
): Span {
  const all = Math.ceil(count / batchSize);
  const most = Math.min(stepsPerEpoch ?? all, all);
  const from = (history.length % Math.ceil(all / most)) * most;
  return { from, to: Math.min(all, from + most) };
}

/** Row numbers in the order of the pass whose first step comes after `iterations` others. */
function orderOf({ seed, shuffle, training }: FitJob, iterations: number): Int32Array {
  const { count } = training;
  if (!shuffle) return Int32Array.from({ length: count }, (_, i) => i);
  return shuffledRows(seed, count, iterations);
}

/** The order in which a run with this seed takes `count` rows after `iterations` steps. */
export function shuffledRows(seed: number, count: number, iterations: number): Int32Array {
  return new RandomStream(seed, orderStream + iterations).permutation(count);
}

/** What the training step with number `iteration`, counted from 1, takes: rows, and the optimizer's numbers. */
export function stepInputs(
  { optimizer }: TrainingSettings,
  iteration: number,
  rate: number,
  rows: Int32Array,
): StepInputs {
  const numbers = Object.entries(optimizer.numbers(iteration, rate));
  const named = numbers.map(([name, value]) => [names.number(name), [value]]);
  return { rows, step: [iteration], ...Object.fromEntries(named) };
}

/** Trains until the job's epochs are done, a callback stops it, or it is aborted. */
export async function runFit(job: FitJob): Promise<void> {
  const loop = new FitLoop(job);
  await loop.run();
}

class FitLoop {
  readonly #job: FitJob;
  /** Whether the epoch under way is left as it is, to be taken up again. */
  #cutShort = false;

  constructor(job: FitJob) {
    this.#job = job;
  }

  async run(): Promise<void> {
    const { training, validation, epochs, watchers, finish, progress } = this.#job;
    const first = spanOf(untrained, this.#job);
    await watchers.notify("onTrainBegin", {
      epochs,
      steps: first.to - first.from,
      examples: training.count,
      validationExamples: validation?.count ?? 0,
    });
    try {
      const { batchSize } = this.#job;
      const { from } = spanOf(progress(), this.#job);
      checkMidEpoch(
        progress(),
        { batchSize, count: training.count, firstStep: from },
        sameAsBefore,
      );
      while (progress().epochs < epochs && this.#going()) await this.#epoch();
      if (!this.#cutShort) await finish();
    } finally {
      await watchers.notify("onTrainEnd", { stopped: watchers.stopped });
    }
  }

  #going(): boolean {
    const { signal, watchers } = this.#job;
    if (signal?.aborted && watchers.stopped === undefined) {
      watchers.stop("interrupted");
      this.#cutShort = true;
    }
    return watchers.stopped === undefined;
  }

  async #epoch(): Promise<void> {
    const { training, batchSize, engine, settings, watchers } = this.#job;
    const before = this.#job.progress();
    const epoch = before.epochs + 1;
    const started = performance.now();
    await watchers.notify("onEpochBegin", { epoch });
    const span = spanOf(before, this.#job);
    const order = orderOf(this.#job, Math.max(0, before.iterations - before.steps - span.from));
    const means = new Means(settings.metrics, before.means);
    for (const { batch, first, steps } of batchesOf(training.count, batchSize)) {
      const from = Math.max(first, span.from + this.#job.progress().steps);
      const to = Math.min(first + steps, span.to);
      if (from >= to) continue;
      const origin = this.#job.progress().iterations;
      const rowsOf = (step: number) =>
        order.subarray((from + step) * batchSize, (from + step) * batchSize + batch);
      const inputsOf = (step: number) => this.#stepInputs(origin + step + 1, rowsOf(step));
      const placeOf = (step: number) => ({ epoch, step: from - span.from + step + 1 });
      const after = async (step: number, outputs: StepOutputs) => {
        // Steps of the same call that came after one whose loss was lost have changed nothing.
        if (this.#cutShort) return;
        if (outputs.halted[0] !== 0) {
          await this.#diverge(placeOf(step), outputs.loss[0], rowsOf(step));
          return;
        }
        means.add(batch, outputs);
        const progress = this.#job.progress();
        this.#job.lastGood.accept(progress, outputs.loss[0]);
        this.#job.setProgress({
          ...progress,
          steps: progress.steps + 1,
          iterations: progress.iterations + 1,
          means: means.state,
        });
        await watchers.notify("onStepEnd", { ...placeOf(step), logs: means.logs() });
      };
      const program = async () => {
        const { train } = programsOf(settings);
        const executable = await engine.program(train, batch, training.examples);
        return this.#job.replays ? this.#job.lastGood.watch(executable) : executable;
      };
      await runSteps(program, to - from, inputsOf, after, {
        goesOn: () => this.#going(),
        before: (step) => watchers.notify("onStepBegin", placeOf(step)),
        // Beyond the whole batches, the last one of the epoch.
        rowsOf: (step) => {
          const start = (from + step) * batchSize;
          return from + step < span.to ? order.subarray(start, start + batchSize) : undefined;
        },
        ...(this.#job.stepByStep ? { atMost: 1 } : {}),
      });
      if (!this.#going()) break;
    }
    if (this.#cutShort || means.state.examples === 0) return;
    await this.#finishEpoch(epoch, means, started);
  }

  #stepInputs(iteration: number, rows: Int32Array): StepInputs {
    const { settings, learningRate } = this.#job;
    return stepInputs(settings, iteration, learningRate(iteration - 1), rows);
  }

  async #finishEpoch(epoch: number, means: Means, started: number): Promise<void> {
    const { validation, watchers } = this.#job;
    const logs: Record<string, number> = means.logs();
    if (validation !== undefined && this.#job.validatesAfter(epoch)) {
      const seen = await evaluateRows({ ...this.#job, ...validation });
      Object.assign(logs, seen.logs("val_"));
    }
    const progress = this.#job.progress();
    const seconds = () => (performance.now() - started) / 1000;
    const numbers = await watchers.epochLogs({ epoch, seconds: seconds(), logs });
    const learning_rate = this.#job.learningRate(progress.iterations);
    const record = { epoch, seconds: seconds(), logs: { ...numbers, learning_rate } };
    this.#job.setProgress({
      ...untrained,
      epochs: epoch,
      iterations: progress.iterations,
      history: [...progress.history, record],
    });
    await watchers.notify("onEpochEnd", record);
  }

  /** Ends training, by an error unless a callback stops it. */
  async #diverge(
    place: { readonly epoch: number; readonly step: number },
    loss: number,
    rows: Int32Array,
  ): Promise<void> {
    const { watchers } = this.#job;
    const error = await this.#explain(place, loss, rows);
    await this.#job.lastGood.rewind();
    await watchers.notify("onDivergence", { ...place, error });
    if (watchers.stopped === undefined) throw error;
    this.#cutShort = true;
  }

  /** Says where numbers ceased to be finite, on the weights from before the step. */
  async #explain(
    { epoch, step }: { readonly epoch: number; readonly step: number },
    loss: number,
    rows: Int32Array,
  ): Promise<TrainingError> {
    const { engine, settings, training } = this.#job;
    const program = programsOf(settings).inspect;
    const inspect = await engine.program(program, rows.length, training.examples);
    const iteration = this.#job.progress().iterations + 1;
    const [outputs] = await inspect.run([{ rows, step: [iteration] }]);
    const layer = engine.layerNames.find((_, i) => outputs[`layer${i}`][0] !== 0);
    // Gradients flow from the last layer to the first.
    const weight = engine.trainedNames.findLast((_, i) => outputs[`gradient${i}`][0] !== 0);
    const isNumber = Number.isFinite(loss);
    const lost = isNumber ? "gradient" : "loss";
    return new TrainingError({
      what: `Training stopped: the ${lost} is no longer a number at step ${step} of epoch ${epoch}.`,
      expected: isNumber ? "finite gradients" : "a finite loss",
      received: `${loss}; ${originOf(layer, isNumber, weight)}`,
      fix: "lower the learning rate, normalise the inputs, or clip gradients; the last good weights are kept",
    });
  }
}

/** Where in the network it began: in a layer's results, in the loss, or in a gradient. */
function originOf(layer: string | undefined, lossIsNumber: boolean, weight: string | undefined) {
  if (layer !== undefined)
    return `the results of layer "${layer}" are the first that are not finite`;
  if (!lossIsNumber) return "all results are finite: it arose in the loss itself";
  if (weight === undefined) return "the statistics of the batch are not finite";
  return `the gradient of "${weight}" is the first that is not finite, or too large for the optimizer`;
}
