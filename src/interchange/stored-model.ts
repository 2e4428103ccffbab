// A model on its way to a file or from one, whatever the file.

import type { Tensor } from "../core/tensor.ts";
import type { Network } from "../nn/network.ts";
import type { LearningRate } from "../nn/optimizers/learning-rate.ts";
import type { TrainingSettings } from "../train/engine.ts";
import type { CompileOptions } from "../train/options.ts";

export type Values = ReadonlyMap<string, Tensor<Float32Array>>;

/** What is written. */
export interface ModelToStore {
  readonly network: Network;
  readonly weights: Values;
  /** What the optimizer remembers; nothing where it has not begun. */
  readonly slots: Values;
  /** Finished steps. */
  readonly iterations: number;
  /** How it learns; undefined where it was not compiled, or where that is left out. */
  readonly settings: TrainingSettings | undefined;
  readonly learningRate: LearningRate;
  readonly classNames: readonly string[] | undefined;
}

/** What is read. */
export interface StoredModel {
  readonly network: Network;
  /** By full name; what is not among them begins as a new model would. */
  readonly weights: Values;
  readonly compile: CompileOptions | undefined;
  readonly slots: Values;
  readonly iterations: number;
  readonly classNames?: readonly string[] | undefined;
}
