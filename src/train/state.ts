// What training has made of a model, as plain data: how far it has come, weights, what the optimizer
// remembers.

import { requireRecord } from "../core/option.ts";
import type { Tensor } from "../core/tensor.ts";
import type { EpochRecord } from "./events.ts";
import type { MeansState } from "./means.ts";

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

/** Everything that a checkpoint must hold. */
export interface ModelState {
  readonly weights: ReadonlyMap<string, Tensor<Float32Array>>;
  /** What the optimizer remembers, by weight and slot. */
  readonly slots: ReadonlyMap<string, Tensor<Float32Array>>;
  readonly progress: Progress;
}

/** @throws ConfigError unless `state` is one; `call` is what was called. */
export function requireState(call: string, state: unknown): void {
  const what = `${call}: The state cannot be used.`;
  const expected = "{ weights, slots, progress }, as getState gives it";
  requireRecord(what, state, ["weights", "slots", "progress"], expected);
  const { slots, progress } = state as ModelState;
  const numbers = ["epochs", "steps", "iterations", "means", "history"];
  requireRecord(what, progress, numbers, `${expected}, and a progress { ${numbers.join(", ")} }`);
  if (!(slots instanceof Map))
    requireRecord(what, undefined, [], `${expected}, and slots in a Map`);
}
