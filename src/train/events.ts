// What training reports, as plain records that the console, logs and reports all render. Knows nothing of
// models, engines or screens.

import type { TrainingError } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";

/** Numbers under their Keras names: `loss`, `accuracy`, `val_loss`, `val_accuracy`, … */
export type Logs = Readonly<Record<string, number>>;

/** Training begins. */
export interface TrainRecord {
  /** The last epoch that will be run, counted from 1. */
  readonly epochs: number;
  /** Steps of one epoch. */
  readonly steps: number;
  /** Examples trained on, and held back to validate. */
  readonly examples: number;
  readonly validationExamples: number;
}

/** One finished step. */
export interface StepRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Within the epoch, counted from 1. */
  readonly step: number;
  /** Means over the epoch so far. */
  readonly logs: Logs;
}

/** One finished epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Wall-clock time of the epoch, validation included. */
  readonly seconds: number;
  /**
   * The epoch's numbers under their Keras names: `loss`, `accuracy`, `val_loss`, `val_accuracy`,
   * `learning_rate`. Which of them are there depends on the run.
   */
  readonly logs: Logs;
}

/**
 * A loss or gradient is no longer a number. The model is as it was before the last step that was good: weights, what
 * the optimizer remembers, progress. A bad loss is that of the weights which that step made.
 */
export interface DivergenceRecord extends Pick<StepRecord, "epoch" | "step"> {
  /** What `fit` throws. */
  readonly error: TrainingError;
}

/** Examples are about to be evaluated, or predicted for. */
export interface PassRecord {
  readonly steps: number;
  readonly examples: number;
}

/** One finished step of evaluation. */
export interface TestStepRecord {
  /** Counted from 1. */
  readonly step: number;
  /** Means over the examples so far, named as in training. */
  readonly logs: Logs;
}

/** One finished step of prediction. */
export interface PredictStepRecord {
  /** Counted from 1. */
  readonly step: number;
  /** The step's results `[N, …]`, a tensor for each output of the model. */
  readonly outputs: readonly Tensor<Float32Array>[];
}
