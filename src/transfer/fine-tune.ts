// Trains a transferred model phase by phase, and never leaves a phase worse than it found it.

import { platform } from "#platform";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../core/option.ts";
import { sizeOf } from "../core/shape.ts";
import type { WebAbortSignal } from "../core/web.ts";
import { isSource, type Source } from "../data/source.ts";
import { adam } from "../nn/optimizers/adam.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { OptimizerOptions } from "../nn/optimizers/optimizer-options.ts";
import { oneCycle } from "../nn/schedules/one-cycle.ts";
import type { Callback } from "../train/callback.ts";
import { earlyStopping } from "../train/callbacks/early-stopping.ts";
import type { Model } from "../train/model.ts";
import type { ModelExamples } from "../train/model-examples.ts";
import type { CompileOptions } from "../train/model-options.ts";
import type { History } from "../train/options.ts";
import type { Verbosity } from "../train/progress-bar.ts";
import { requireModel } from "../train/stateful-model.ts";
import { featuresOf, type Split, splitModel } from "./cached-features.ts";
import { baseOf, freeze, unfreeze } from "./freezing.ts";
import { type Phase, type PhaseEpochs, phasesOf, type RecipeName } from "./phases.ts";

/** How a transferred model is trained. */
export interface FineTuneOptions {
  /** A recipe, or a list of phases. Default: `two`, the head and then also the last 20 layers. */
  readonly phases?: RecipeName | readonly Phase[];
  /** Epochs of the phases of a recipe. Default: 10 each; 1 and 5 for `oneCycle`. */
  readonly epochs?: PhaseEpochs;
  /** Validation examples. A phase ends early when their loss stops improving, and keeps its best epoch. */
  readonly validationData?: ModelExamples | Source;
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
  /** Epochs without a better validation loss after which a phase ends. Default: 3. */
  readonly patience?: number;
  /** Default: `sparseCategoricalCrossentropy`, or `binaryCrossentropy` for one class. */
  readonly loss?: CompileOptions["loss"];
  /** Default: accuracy. */
  readonly metrics?: NonNullable<CompileOptions["metrics"]>;
  /** The optimizer. Default: `optimizers.adam`. */
  readonly optimizer?: (options: OptimizerOptions) => Optimizer;
  /**
   * Limit of memory for the cached features of a frozen base, in MiB. 0 computes them in each epoch.
   * Default: 1024.
   */
  readonly cacheMiB?: number;
  /** Callbacks for every phase. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** 1 draws a progress bar, 2 writes a line an epoch, 0 nothing. Default: 1. */
  readonly verbose?: Verbosity;
  /** Receives each line that says what is done and why. Default: the console, unless verbose is 0. */
  readonly onLine?: (line: string) => void;
  /** Ends training after the current steps. */
  readonly signal?: WebAbortSignal;
}

/** What a phase did. */
export interface PhaseRecord {
  readonly phase: Phase;
  readonly history: History;
  /** How many parameters it trained. */
  readonly trainableParameters: number;
  /** Whether the head was trained on cached features. */
  readonly cached: boolean;
  /** Validation loss and metrics before and after it, if there is validation data. */
  readonly before?: Readonly<Record<string, number>>;
  readonly after?: Readonly<Record<string, number>>;
}

const optionNames: OptionNames<FineTuneOptions> = {
  phases: true,
  epochs: true,
  validationData: true,
  batchSize: true,
  patience: true,
  loss: true,
  metrics: true,
  optimizer: true,
  cacheMiB: true,
  callbacks: true,
  verbose: true,
  onLine: true,
  signal: true,
};

/**
 * Trains a transferred model in phases: the head on the frozen base, then also the base's last layers, then all
 * layers, each at a lower learning rate. It prints the plan first. While the base is frozen and no random layer comes
 * before it, its features are computed once. A phase that makes the validation loss worse is undone.
 *
 * @throws ConfigError if an option cannot be used, or the model has no base.
 * @example
 * const records = await fineTune(model, photos.train, { phases: "two", validationData: photos.validation });
 */
export async function fineTune(
  model: Model,
  examples: ModelExamples | Source,
  options: FineTuneOptions = {},
): Promise<PhaseRecord[]> {
  requireModel("fineTune", model);
  requireKnownOptions("fineTune", options, optionNames);
  const { phases: wanted = "two", epochs = {}, batchSize = 32, cacheMiB = 1024 } = options;
  requireWhole("batchSize", batchSize);
  requireNumber("cacheMiB", cacheMiB, { least: 0 });
  requireWhole("patience", options.patience ?? 0, 0);
  const phases = phasesOf(wanted, epochs);
  const tuning = new Tuning(model, examples, options);
  for (const line of tuning.plan(phases)) tuning.say(line);
  const records: PhaseRecord[] = [];
  for (const phase of phases) {
    records.push(await tuning.run(phase));
    if (options.signal?.aborted) break;
  }
  return records;
}

class Tuning {
  readonly #model: Model;
  readonly #examples: ModelExamples | Source;
  readonly #options: FineTuneOptions;
  readonly #batchSize: number;

  constructor(model: Model, examples: ModelExamples | Source, options: FineTuneOptions) {
    this.#model = model;
    this.#examples = examples;
    this.#options = options;
    this.#batchSize = options.batchSize ?? 32;
    baseOf(model);
  }

  say(line: string): void {
    const { verbose = 1, onLine } = this.#options;
    if (onLine !== undefined) onLine(line);
    else if (verbose > 0) platform.output?.write(`${line}\n`);
  }

  /** What will be done, a line for each phase. */
  plan(phases: readonly Phase[]): string[] {
    return phases.map((phase, i) => {
      this.#set(phase);
      const { name, epochs, learningRate, schedule = "constant" } = phase;
      const rate = schedule === "oneCycle" ? `up to ${learningRate}, one cycle` : learningRate;
      const parameters = this.#trainable().toLocaleString("en");
      const many = epochs === 1 ? "1 epoch" : `${epochs} epochs`;
      return `Phase ${i + 1}, ${name}: ${parameters} parameters, ${many}, learning rate ${rate}`;
    });
  }

  #set({ unfreeze: what }: Phase): void {
    if (what === undefined) freeze(this.#model);
    else unfreeze(this.#model, what);
  }

  #trainable(): number {
    return this.#model.network.weights
      .filter(({ trainable }) => trainable)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  }

  async run(phase: Phase): Promise<PhaseRecord> {
    const { validationData } = this.#options;
    this.#set(phase);
    const { model, train, validation, cached } = await this.#partsFor();
    model.compile(this.#compileOptions(phase, train));
    const before = validation && (await this.#measure(model, validation));
    const weights = before && (await model.getWeights());
    const history = await this.#fit(model, phase, train, validation);
    let after = validation && (await this.#measure(model, validation));
    if (before !== undefined && after !== undefined && !(after.loss <= before.loss)) {
      await model.setWeights(weights as NonNullable<typeof weights>);
      this.say(
        `Phase ${phase.name} made the validation loss worse: the weights from before are restored.`,
      );
      after = before;
    }
    if (cached) this.#model.compile(this.#compileOptions(phase, this.#examples));
    return {
      phase,
      history,
      trainableParameters: this.#trainable(),
      cached,
      ...(before === undefined || after === undefined || validationData === undefined
        ? {}
        : { before, after }),
    };
  }

  /** The model that learns in a phase, and its examples: the head on features, where those stay the same. */
  async #partsFor() {
    const { validationData } = this.#options;
    const whole = {
      model: this.#model,
      train: this.#examples,
      validation: validationData,
      cached: false,
    };
    const split = splitModel(this.#model);
    if ("reason" in split) {
      this.say(`Features are computed in each epoch: ${split.reason}.`);
      return whole;
    }
    const counts = [this.#examples, ...(validationData === undefined ? [] : [validationData])];
    const mebibytes = counts.reduce((sum, part) => sum + countOf(part), 0) * bytesOf(split);
    const { cacheMiB = 1024 } = this.#options;
    if (mebibytes > cacheMiB) {
      const size = mebibytes.toFixed(0);
      this.say(`Features are computed in each epoch: they would take ${size} MiB of ${cacheMiB}.`);
      return whole;
    }
    this.say("Features of the frozen base are computed once, and the head trains on them.");
    const features = (part: ModelExamples | Source) => featuresOf(split, part, this.#batchSize);
    const train = await features(this.#examples);
    const validation = validationData && (await features(validationData));
    return { model: split.head, train, validation, cached: true };
  }

  #compileOptions(phase: Phase, train: ModelExamples | Source): CompileOptions {
    const { optimizer = adam, loss, metrics = ["accuracy"] } = this.#options;
    const { learningRate, schedule = "constant", epochs, rates } = phase;
    const [classes] = this.#model.network.outputShape.slice(-1);
    const steps = epochs * Math.ceil(countOf(train) / this.#batchSize);
    const rate =
      schedule === "oneCycle"
        ? oneCycle({ maxLearningRate: learningRate, totalSteps: Math.max(2, steps), divFactor: 5 })
        : learningRate;
    const isBinary = classes === 1;
    return {
      optimizer: optimizer({
        learningRate: rate,
        ...(rates === undefined ? {} : { learningRateMultipliers: this.#multipliers(rates) }),
      }),
      loss: loss ?? (isBinary ? "binaryCrossentropy" : "sparseCategoricalCrossentropy"),
      metrics,
    };
  }

  /** A factor for each layer of the base by its third. */
  #multipliers(rates: readonly [number, number, number]): Record<string, number> {
    const base = baseOf(this.#model).name;
    const paths = this.#model.network.owners
      .filter(({ weights }) => weights.length > 0)
      .map(({ path }) => path)
      .filter((path) => path.startsWith(`${base}/`));
    const third = (i: number) => Math.min(2, Math.floor((3 * i) / paths.length));
    return Object.fromEntries(paths.map((path, i) => [path, rates[third(i)]]));
  }

  #fit(
    model: Model,
    { epochs }: Phase,
    train: ModelExamples | Source,
    validation: ModelExamples | Source | undefined,
  ): Promise<History> {
    const { patience = 3, callbacks = [], verbose = 1, signal } = this.#options;
    const stopping = earlyStopping({ patience, restoreBestWeights: true });
    return model.fit(train, {
      epochs,
      batchSize: this.#batchSize,
      verbose,
      callbacks: [...(validation === undefined ? [] : [stopping]), ...callbacks],
      ...(validation === undefined ? {} : { validationData: validation }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  #measure(model: Model, validation: ModelExamples | Source) {
    return model.evaluate(validation, { batchSize: this.#batchSize });
  }
}

function countOf(examples: ModelExamples | Source): number {
  if (isSource(examples)) return examples.count;
  const { x } = examples;
  const [first] = "shape" in x ? [x] : Object.values(x);
  return (first as { readonly shape: readonly number[] }).shape[0];
}

/** MiB of one picture's features. */
const bytesOf = ({ shape }: Split) => (4 * sizeOf(shape)) / 2 ** 20;
