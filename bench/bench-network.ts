// What the benchmark knows of a network.

import type { DeviceView } from "../src/machine/device.ts";
import type { Mode } from "../src/measure/step.ts";
import type { Loss } from "../src/nn/losses/loss.ts";
import type { SymbolicTensor } from "../src/nn/symbolic.ts";

/** A network to time. */
export interface BenchNetwork {
  readonly inputShape: readonly [number, number, number];
  /** Images in one step: the sizes that are timed. */
  readonly batches: Readonly<Record<Mode, readonly number[]>>;
  /** Weights that training changes. */
  readonly parameters: number;
  /** From images to logits, or to what the loss compares. */
  readonly build: (images: SymbolicTensor) => SymbolicTensor;
  /** What it learns by. Default: the cross-entropy of logits and class numbers. */
  readonly training?: {
    readonly loss: Loss;
    /** Fills the targets of all examples. */
    readonly fillTargets: (values: DeviceView) => void;
  };
}
