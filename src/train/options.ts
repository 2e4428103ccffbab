// What people say to a model, and what training leaves behind. Types and their names, no behaviour.

import type { OptionNames } from "../core/option.ts";
import type { Warn } from "../core/warn.ts";
import type { WebAbortSignal } from "../core/web.ts";
import type { Source } from "../data/source.ts";
import type { BatchStream } from "./batch-stream.ts";
import type { Callback } from "./callback.ts";
import type { EpochRecord } from "./events.ts";
import type { ModelExamples } from "./model-examples.ts";
import type { Verbosity } from "./progress-bar.ts";
import type { ClassWeights } from "./weights.ts";

export interface FitOptions {
  /** How often every example is seen in all, runs before included when resumed. Default: 1. */
  readonly epochs?: number;
  /** Examples of one step. Default: 32. The last step of an epoch takes what is left. */
  readonly batchSize?: number;
  /**
   * The share of the examples, taken from the end, that is held back to validate. A warning says so where
   * those are all of one class, or of classes that the others do not have.
   */
  readonly validationSplit?: number;
  /** Examples to validate on, instead. */
  readonly validationData?: ModelExamples | Source | BatchStream | undefined;
  /**
   * After which epochs the model is validated: every so many, or those of a list, counted from 1. Epochs
   * without validation report no `val_` numbers. Default: 1.
   */
  readonly validationFrequency?: number | readonly number[];
  /** Steps of one validation, always the first ones. Default: all. */
  readonly validationSteps?: number;
  /**
   * Steps of one epoch. The next epoch goes on where this one ended; where all examples were seen, the
   * epoch ends and the next begins anew, in another order. Default: as many as see every example once.
   */
  readonly stepsPerEpoch?: number;
  /**
   * How many epochs count as done: with 2, the first is epoch 3, and `epochs: 5` trains three of them.
   * The model itself is as it is; to go on with a saved run use `resume`. Default: 0.
   */
  readonly initialEpoch?: number;
  /**
   * How much examples of each class count in training, at least 0; 1 for those left out. For one output,
   * whose targets are class numbers or one-hot rows.
   */
  readonly classWeights?: ClassWeights;
  /** Whether each epoch takes the examples in a random order of its own. Default: true. */
  readonly shuffle?: boolean;
  /** What is told of each step and epoch, such as `callbacks.earlyStopping()`, in this order. */
  readonly callbacks?: readonly Callback[];
  /**
   * Takes what is worth knowing and no reason to stop, as whole sentences. Default: Node prints it as a
   * `FoveaWarning`.
   */
  readonly onWarning?: Warn;
  /** 1 or true draws a progress bar, 2 writes a line an epoch, 0 or false nothing. Default: 1. */
  readonly verbose?: Verbosity | boolean;
  /** Ends training after the steps that are under way; an epoch that has begun can be taken up again. */
  readonly signal?: WebAbortSignal;
  /** Goes on where a loaded model stopped, rather than from epoch 1. */
  readonly resume?: boolean;
}

/** How examples are gone through once, by `evaluate` or `predict`. */
export interface PassOptions {
  /** Examples of one step. Default: 32. */
  readonly batchSize?: number;
  /** What is told of each step and epoch, such as `callbacks.earlyStopping()`, in this order. */
  readonly callbacks?: readonly Callback[];
}

/** What `trainOnBatch` takes besides the examples. */
export interface BatchOptions {
  /** How much examples of each class count, as in `fit`. */
  readonly classWeights?: ClassWeights;
}

export const batchOptionNames: OptionNames<BatchOptions> = { classWeights: true };

/** What training leaves behind. */
export interface History {
  readonly epochs: readonly EpochRecord[];
  /** Every number by name, epoch by epoch, as Keras's `history.history`. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Why training ended early, where it did. */
  readonly stopped: string | undefined;
}
