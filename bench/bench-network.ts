// What the benchmark knows of a network.

import type { Mode } from "../src/measure/step.ts";
import type { SymbolicTensor } from "../src/nn/symbolic.ts";

/** A network to time. */
export interface BenchNetwork {
  readonly inputShape: readonly [number, number, number];
  /** Images in one step: the sizes that are timed. */
  readonly batches: Readonly<Record<Mode, readonly number[]>>;
  /** Weights that training changes. */
  readonly parameters: number;
  /** From images to logits. */
  readonly build: (images: SymbolicTensor) => SymbolicTensor;
}
