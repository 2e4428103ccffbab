// What a callback may do while a model trains, is evaluated or predicts. Hooks get plain records, and a
// handle to stop.

import type { SymbolicOutputs } from "../nn/network.ts";
import type {
  DivergenceRecord,
  EpochRecord,
  Logs,
  PassRecord,
  PredictStepRecord,
  StepRecord,
  TestStepRecord,
  TrainRecord,
} from "./events.ts";
import type { ModelState } from "./state.ts";
import type { StatefulModel } from "./stateful-model.ts";

/** How a callback acts on what it watches. */
export interface TrainControl {
  /**
   * Ends the run: no further step is made. An epoch that has begun ends there: it is validated, reported
   * and counted, as in Keras.
   */
  stop(reason: string): void;
  /**
   * The model at work: to look at, to save, to evaluate and predict with, to change its learning rate,
   * its weights, or which layers are trained.
   */
  readonly model: StatefulModel<SymbolicOutputs>;
  /**
   * Takes over weights, slots and progress, as from a file.
   *
   * @throws ConfigError anywhere but in `onTrainBegin`.
   */
  restore(state: ModelState): Promise<void>;
}

type Hook<T> = (record: T, control: TrainControl) => void | Promise<void>;

/**
 * Any of the hooks; they run in the order of the list that `fit`, `evaluate` or `predict` is given. They
 * are those of Keras: what is a batch there is a step here. A hook of single steps makes each step wait
 * for it, so that several cannot go at once. Epochs and steps count from 1.
 */
export interface Callback {
  /** Before the first step. */
  readonly onTrainBegin?: Hook<TrainRecord>;
  /** Before the first step of an epoch, counted from 1. */
  readonly onEpochBegin?: Hook<{ readonly epoch: number }>;
  /** Before every step. */
  readonly onStepBegin?: Hook<Pick<StepRecord, "epoch" | "step">>;
  /** After every step, and before the next one: the model is as that step left it. */
  readonly onStepEnd?: Hook<StepRecord>;
  /**
   * After an epoch's validation, and before the epoch is counted: numbers that join its logs, for what no metric can sum
   * batch by batch, such as a detector's mAP. A number of the same name is replaced. All other hooks see them in
   * `onEpochEnd`.
   */
  readonly epochLogs?: (record: EpochRecord, control: TrainControl) => Logs | Promise<Logs>;
  /** After every epoch, its validation included. */
  readonly onEpochEnd?: Hook<EpochRecord>;
  /** Where a loss or gradient is no longer a number: `fit` throws the error unless a callback stops. */
  readonly onDivergence?: Hook<DivergenceRecord>;
  /** At the end, however it came; `stopped` says why, where it came early. */
  readonly onTrainEnd?: Hook<{ readonly stopped: string | undefined }>;
  /** Before examples are evaluated, by `evaluate` or for validation. */
  readonly onTestBegin?: Hook<PassRecord>;
  readonly onTestStepBegin?: Hook<Pick<TestStepRecord, "step">>;
  readonly onTestStepEnd?: Hook<TestStepRecord>;
  /** After the last of them, with the means over all. */
  readonly onTestEnd?: Hook<Pick<TestStepRecord, "logs">>;
  /** Before `predict` takes its first step. */
  readonly onPredictBegin?: Hook<PassRecord>;
  readonly onPredictStepBegin?: Hook<Pick<PredictStepRecord, "step">>;
  readonly onPredictStepEnd?: Hook<PredictStepRecord>;
  readonly onPredictEnd?: Hook<Readonly<Record<string, never>>>;
}
