// What `compile` settles: how a model learns.

import type { CompiledMetric } from "../nn/metrics/compiled-metric.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Head } from "./heads.ts";

/** What `compile` settled. */
export interface TrainingSettings {
  readonly optimizer: Optimizer;
  /** What each trained output is compared by. */
  readonly heads: readonly Head[];
  /** Everything that is reported besides the loss, under the names that logs use. */
  readonly metrics: readonly CompiledMetric[];
}

export function settingsOf(optimizer: Optimizer, heads: readonly Head[]): TrainingSettings {
  return { optimizer, heads, metrics: heads.flatMap(({ reports }) => reports) };
}
