// What a callback may do while a model trains. Floor 5. Hooks get plain records, and a handle to stop.

import type { SymbolicOutputs } from "../nn/network.ts";
import type { EpochRecord, StepRecord, TrainRecord } from "./events.ts";
import type { Model, ModelState } from "./model.ts";

/** How a callback acts on the training it watches. */
export interface TrainControl {
  /** Ends training. In `onStepEnd` no further step is made; its epoch stays unfinished. */
  stop(reason: string): void;
  /** The model that trains: to look at, to save, to change its learning rate or weights. */
  readonly model: Model<SymbolicOutputs>;
  /** Takes over weights, slots and progress, as from a file; in `onTrainBegin` alone. */
  restore(state: ModelState): void;
}

type Hook<T> = (record: T, control: TrainControl) => void | Promise<void>;

/** Any of the hooks; they run in the order of the list that `fit` is given. */
export interface Callback {
  /** Before the first step. */
  readonly onTrainBegin?: Hook<TrainRecord>;
  /** Before the first step of an epoch, counted from 1. */
  readonly onEpochBegin?: Hook<{ readonly epoch: number }>;
  /** After every step, and before the next one: the model is as that step left it. */
  readonly onStepEnd?: Hook<StepRecord>;
  /** After every epoch, its validation included. */
  readonly onEpochEnd?: Hook<EpochRecord>;
  /** At the end, however it came; `stopped` says why, where it came early. */
  readonly onTrainEnd?: Hook<{ readonly stopped: string | undefined }>;
}
