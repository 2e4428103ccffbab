// A model on its way to a file or from one, as plain data, whatever the file.

import type { ErrorFacts } from "../core/errors.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Precision } from "../kernel/schedules/schedule.ts";
import type { Network } from "../nn/network.ts";
import type { StoredRate } from "../nn/optimizers/learning-rate.ts";
import type { StoredPreprocess } from "./stored-preprocess.ts";
import type { StoredTask } from "./stored-task.ts";

/** Tensors by name. */
export type Values = ReadonlyMap<string, Tensor<Float32Array>>;

/** A model as files hold it. */
export interface StoredModel {
  readonly network: Network;
  /** By full name; a weight that is missing begins as a new model's would. */
  readonly weights: Values;
  /** What the optimizer remembers; empty where it has not begun. */
  readonly slots: Values;
  readonly progress: StoredProgress;
  /** How it learns; undefined where it was not compiled, or where that is left out. */
  readonly training?: StoredTraining | undefined;
  readonly classNames?: readonly string[] | undefined;
  /** What it was trained for; undefined where that is to tell classes apart, or is not known. */
  readonly task?: StoredTask | undefined;
  readonly preprocess?: StoredPreprocess | undefined;
  /** Undefined where the file has no place for it. */
  readonly seed?: number | undefined;
  /** Undefined where the file has no place for it. */
  readonly precision?: Precision | undefined;
}

/** How a model learns. */
export interface StoredTraining {
  readonly optimizer: StoredPart;
  readonly heads: readonly StoredHead[];
  /** The one that it has now. */
  readonly learningRate: StoredRate;
}

/** One output with what it is compared by. */
export interface StoredHead {
  /** The output's name. */
  readonly output: string;
  /** Undefined where it is not trained. */
  readonly loss: StoredPart | undefined;
  /** What its loss is multiplied by in the sum that is trained on. */
  readonly weight: number;
  readonly metrics: readonly StoredMetric[];
}

/** An optimizer or a loss. */
export interface StoredPart {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Why Fovea has none like it, where a file names such a one: one of your own may stand in. */
  readonly refusal?: ErrorFacts;
}

export interface StoredMetric extends StoredPart {
  readonly kind: string;
  /** Whether examples count by their weights. */
  readonly weighted: boolean;
}

/** How far training has come. */
export interface StoredProgress {
  /** Finished epochs. */
  readonly epochs: number;
  /** Finished steps of the epoch that is under way. */
  readonly steps: number;
  /** What those steps added up to. */
  readonly means: {
    readonly examples: number;
    readonly sums: Readonly<Record<string, readonly number[]>>;
  };
  /** Finished steps of all epochs. */
  readonly iterations: number;
  /** All finished epochs. */
  readonly history: readonly {
    readonly epoch: number;
    readonly seconds: number;
    readonly logs: Readonly<Record<string, number>>;
  }[];
}

/** The progress in a file that counts finished steps and nothing else. */
export function progressAfter(iterations: number): StoredProgress {
  return { epochs: 0, steps: 0, means: { examples: 0, sums: {} }, iterations, history: [] };
}
