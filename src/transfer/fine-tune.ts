// Trains a transferred model phase by phase, and never leaves a phase worse than it found it.

import { platform } from "#platform";
import {
  type OptionNames,
  requireKnownOptions,
  requireNumber,
  requireWhole,
} from "../core/option.ts";
import type { WebAbortSignal } from "../core/web.ts";
import type { Source } from "../data/source.ts";
import { adam } from "../nn/optimizers/adam.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { OptimizerOptions } from "../nn/optimizers/optimizer-options.ts";
import type { Callback } from "../train/callback.ts";
import { earlyStopping } from "../train/callbacks/early-stopping.ts";
import type { Model } from "../train/model.ts";
import type { ModelExamples } from "../train/model-examples.ts";
import type { CompileOptions } from "../train/model-options.ts";
import type { History } from "../train/options.ts";
import type { Verbosity } from "../train/progress-bar.ts";
import { requireModel } from "../train/stateful-model.ts";
import { atSize } from "./at-size.ts";
import { enterPhase, optimizerFor, planOf, trainableParameters } from "./enter-phase.ts";
import { baseOf } from "./freezing.ts";
import { countOf, type Learner, learnerOf } from "./learner.ts";
import { atSizes, type Phase, type PhaseEpochs, phasesOf, type RecipeName } from "./phases.ts";

/** How a transferred model is trained. */
export interface FineTuneOptions {
  /** A recipe, or a list of phases. Default: `two`, the head and then also the last 20 layers. */
  readonly phases?: RecipeName | readonly Phase[];
  /** Epochs of the phases of a recipe. Default: 10 each; 1 and 5 for `oneCycle`. */
  readonly epochs?: PhaseEpochs;
  /**
   * Height and width of the pictures in each phase, such as `[128, 224]`; the last one counts for the phases that are left.
   * Only for a network that takes any size, such as one that ends in global pooling. Default: the model's own.
   */
  readonly sizes?: readonly number[];
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
  sizes: true,
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
 * @throws ConfigError if an option cannot be used, or the model has no base; ShapeError where a phase has another size, and
 * the model takes one size alone.
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
  const phases = atSizes(phasesOf(wanted, epochs), options.sizes ?? []);
  const tuning = new Tuning(model, examples, options);
  for (const { size } of phases) atSize(model, size);
  for (const line of planOf(model, phases)) tuning.say(line);
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

  async run(phase: Phase): Promise<PhaseRecord> {
    const { validationData, cacheMiB = 1024 } = this.#options;
    enterPhase(this.#model, phase);
    const learner = await learnerOf(atSize(this.#model, phase.size), {
      train: this.#examples,
      validation: validationData,
      batchSize: this.#batchSize,
      cacheMiB,
    });
    this.say(learner.reason);
    const { model, validation, cached } = learner;
    model.compile(this.#compileOptions(phase));
    const before = validation && (await this.#measure(model, validation));
    const weights = before && (await model.getWeights());
    const history = await this.#fit(learner, phase);
    let after = validation && (await this.#measure(model, validation));
    if (before !== undefined && after !== undefined && !(after.loss <= before.loss)) {
      await model.setWeights(weights as NonNullable<typeof weights>);
      this.say(
        `Phase ${phase.name} made the validation loss worse: the weights from before are restored.`,
      );
      after = before;
    }
    if (model !== this.#model) this.#model.compile(this.#compileOptions(phase));
    return {
      phase,
      history,
      trainableParameters: trainableParameters(this.#model),
      cached,
      ...(before === undefined || after === undefined || validationData === undefined
        ? {}
        : { before, after }),
    };
  }

  #compileOptions(phase: Phase): CompileOptions {
    const { optimizer = adam, loss, metrics = ["accuracy"] } = this.#options;
    const [classes] = this.#model.network.outputShape.slice(-1);
    const steps = phase.epochs * Math.ceil(countOf(this.#examples) / this.#batchSize);
    const isBinary = classes === 1;
    return {
      optimizer: optimizerFor(this.#model, phase, steps, optimizer),
      loss: loss ?? (isBinary ? "binaryCrossentropy" : "sparseCategoricalCrossentropy"),
      metrics,
    };
  }

  #fit({ model, train, validation }: Learner, { epochs }: Phase): Promise<History> {
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
