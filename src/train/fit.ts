// The training loop: epochs, steps, validation, callbacks. Floor 5. Everything that is random is keyed
// by seed, epoch and step, so a run can be left at any step and taken up again with the same bits.

import { ConfigError, TrainingError } from "../core/errors.ts";
import { RandomStream } from "../core/random.ts";
import type { StepInputs, StepOutputs } from "../machine/device.ts";
import type { Callback, TrainControl } from "./callback.ts";
import type { Engine, ResidentExamples, TrainingSettings } from "./engine.ts";
import { runSteps } from "./engine.ts";
import type { EpochRecord } from "./events.ts";
import { names } from "./graphs.ts";
import { Means, type MeansState } from "./means.ts";

/** How far training has come, as plain data. */
export interface Progress {
  /** Finished epochs. */
  readonly epochs: number;
  /** Finished steps of the epoch that is under way. */
  readonly steps: number;
  /** What those steps added up to. */
  readonly means: MeansState;
  /** Finished steps of all epochs: the optimizer counts by it. */
  readonly iterations: number;
  /** All finished epochs. */
  readonly history: readonly EpochRecord[];
}

/** Before the first step. */
export const untrained: Progress = {
  epochs: 0,
  steps: 0,
  means: { examples: 0, sums: {} },
  iterations: 0,
  history: [],
};

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
  readonly shuffle: boolean;
  readonly callbacks: readonly Callback[];
  /** Whether every step is over before the next begins: a callback may look, or change things. */
  readonly stepByStep: boolean;
  /** What callbacks may use besides ending the run. */
  readonly handles: Pick<TrainControl, "model" | "restore">;
  readonly signal?: AbortSignal;
  /** The rate after so many finished steps. */
  learningRate(iterations: number): number;
  progress(): Progress;
  setProgress(progress: Progress): void;
}

/** Streams from here on order examples; layers and weights have others. */
const orderStream = 2 ** 31;

/** Row numbers in the order of the epoch whose first step comes after `iterations` others. */
function orderOf({ seed, shuffle, training }: FitJob, iterations: number): Int32Array {
  const { count } = training;
  if (!shuffle) return Int32Array.from({ length: count }, (_, i) => i);
  return new RandomStream(seed, orderStream + iterations).permutation(count);
}

/** Whole batches, then what is left. */
function batchesOf(count: number, size: number): { batch: number; first: number; steps: number }[] {
  const whole = Math.floor(count / size);
  const rest = count - whole * size;
  return [
    { batch: size, first: 0, steps: whole },
    { batch: rest, first: whole, steps: rest > 0 ? 1 : 0 },
  ].filter(({ steps }) => steps > 0);
}

/** Loss and metrics over `count` rows from `first`. */
export async function evaluateRows(
  engine: Engine,
  settings: TrainingSettings,
  examples: ResidentExamples,
  rows: { readonly first: number; readonly count: number },
  batchSize: number,
): Promise<Means> {
  const means = new Means(settings.metrics);
  for (const { batch, first, steps } of batchesOf(rows.count, batchSize)) {
    const executable = await engine.program("evaluate", batch, examples, settings);
    const start = rows.first + first * batchSize;
    const inputsOf = (step: number): StepInputs => ({
      rows: Int32Array.from({ length: batch }, (_, i) => start + step * batch + i),
      step: [0],
    });
    await runSteps(executable, steps, inputsOf, (_, outputs) => {
      means.add(batch, outputs);
    });
  }
  return means;
}

/** Trains until the job's epochs are done, a callback stops it, or it is aborted. */
export async function runFit(job: FitJob): Promise<string | undefined> {
  const loop = new FitLoop(job);
  return loop.run();
}

class FitLoop {
  readonly #job: FitJob;
  #stopped: string | undefined;
  readonly #control: TrainControl;

  constructor(job: FitJob) {
    this.#job = job;
    this.#control = {
      ...job.handles,
      stop: (reason) => {
        this.#stopped ??= reason;
      },
    };
  }

  async run(): Promise<string | undefined> {
    const { training, validation, epochs, batchSize } = this.#job;
    const steps = Math.ceil(training.count / batchSize);
    await this.#notify("onTrainBegin", {
      epochs,
      steps,
      examples: training.count,
      validationExamples: validation?.count ?? 0,
    });
    try {
      while (this.#job.progress().epochs < epochs && this.#going()) await this.#epoch();
    } finally {
      await this.#notify("onTrainEnd", { stopped: this.#stopped });
    }
    return this.#stopped;
  }

  #going(): boolean {
    if (this.#job.signal?.aborted) this.#control.stop("interrupted");
    return this.#stopped === undefined;
  }

  async #notify<K extends keyof Callback>(
    hook: K,
    record: Parameters<NonNullable<Callback[K]>>[0],
  ): Promise<void> {
    for (const callback of this.#job.callbacks) {
      const run = callback[hook] as
        | ((record: unknown, control: TrainControl) => void | Promise<void>)
        | undefined;
      await run?.call(callback, record, this.#control);
    }
  }

  async #epoch(): Promise<void> {
    const { training, batchSize, engine, settings } = this.#job;
    const before = this.#job.progress();
    const epoch = before.epochs + 1;
    const started = performance.now();
    await this.#notify("onEpochBegin", { epoch });
    const order = orderOf(this.#job, before.iterations - before.steps);
    const means = new Means(settings.metrics, before.means);
    for (const { batch, first, steps } of batchesOf(training.count, batchSize)) {
      const skipped = Math.max(0, Math.min(steps, this.#job.progress().steps - first));
      if (skipped === steps) continue;
      const executable = await engine.program("train", batch, training.examples, settings);
      const offset = first + skipped;
      const origin = this.#job.progress().iterations;
      const rowsOf = (step: number) =>
        order.subarray((offset + step) * batchSize, (offset + step) * batchSize + batch);
      const inputsOf = (step: number) => this.#stepInputs(origin + step + 1, rowsOf(step));
      const after = async (step: number, outputs: StepOutputs) => {
        if (outputs.halted[0] !== 0) {
          await this.#explain(epoch, offset + step + 1, outputs.loss[0], rowsOf(step));
        }
        means.add(batch, outputs);
        const progress = this.#job.progress();
        this.#job.setProgress({
          ...progress,
          steps: progress.steps + 1,
          iterations: progress.iterations + 1,
          means: means.state,
        });
        const logs = means.logs();
        await this.#notify("onStepEnd", { epoch, step: offset + step + 1, logs });
      };
      await runSteps(executable, steps - skipped, inputsOf, after, {
        goesOn: () => this.#going(),
        ...(this.#job.stepByStep ? { atMost: 1 } : {}),
      });
      if (!this.#going()) return;
    }
    await this.#finishEpoch(epoch, means, started);
  }

  #stepInputs(iteration: number, rows: Int32Array): StepInputs {
    const { optimizer } = this.#job.settings;
    const numbers = optimizer.numbers(iteration, this.#job.learningRate(iteration - 1));
    const named = Object.entries(numbers).map(([name, value]) => [names.number(name), [value]]);
    return { rows, step: [iteration], ...Object.fromEntries(named) };
  }

  async #finishEpoch(epoch: number, means: Means, started: number): Promise<void> {
    const { validation, engine, settings, batchSize } = this.#job;
    const logs: Record<string, number> = means.logs();
    if (validation !== undefined) {
      const { examples } = validation;
      const seen = await evaluateRows(engine, settings, examples, validation, batchSize);
      Object.assign(logs, seen.logs("val_"));
    }
    const progress = this.#job.progress();
    logs.learning_rate = this.#job.learningRate(progress.iterations);
    const seconds = (performance.now() - started) / 1000;
    const record = { epoch, seconds, logs };
    this.#job.setProgress({
      ...untrained,
      epochs: epoch,
      iterations: progress.iterations,
      history: [...progress.history, record],
    });
    await this.#notify("onEpochEnd", record);
  }

  /** Says where numbers ceased to be finite, on the weights from before the step. */
  async #explain(epoch: number, step: number, loss: number, rows: Int32Array): Promise<never> {
    const { engine, settings, training } = this.#job;
    const inspect = await engine.program("inspect", rows.length, training.examples, settings);
    const iteration = this.#job.progress().iterations + 1;
    const [outputs] = await inspect.run([{ rows, step: [iteration] }]);
    const layer = engine.layerNames.find((_, i) => outputs[`layer${i}`][0] !== 0);
    // Gradients flow from the last layer to the first.
    const weight = engine.trainedNames.findLast((_, i) => outputs[`gradient${i}`][0] !== 0);
    const isNumber = Number.isFinite(loss);
    const lost = isNumber ? "gradient" : "loss";
    throw new TrainingError({
      what: `Training stopped: the ${lost} is no longer a number at step ${step} of epoch ${epoch}.`,
      expected: isNumber ? "finite gradients" : "a finite loss",
      received: `${loss}; ${originOf(layer, isNumber, weight)}`,
      fix: "lower the learning rate, or normalise the inputs; the last good weights are kept",
    });
  }
}

/** Where in the network it began: in a layer's results, in the loss, or in a gradient. */
function originOf(layer: string | undefined, lossIsNumber: boolean, weight: string | undefined) {
  if (layer !== undefined)
    return `the results of layer "${layer}" are the first that are not finite`;
  if (!lossIsNumber) return "all results are finite: it arose in the loss itself";
  if (weight === undefined) return "the statistics of the batch are not finite";
  return `the gradient of "${weight}" is the first that is not finite`;
}

/** @throws ConfigError unless the options of `fit` can be used. */
export function checkCounts(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError({
      what: `The option ${name} cannot be used.`,
      expected: "a whole number of at least 1",
      received: String(value),
    });
  }
}
