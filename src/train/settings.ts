// What `compile` settles: how a model learns, and the programs that come of it.

import type { CompiledMetric } from "../nn/metrics/compiled-metric.ts";
import type { Optimizer } from "../nn/optimizers/optimizer.ts";
import type { Head } from "./heads.ts";
import { evaluateProgram } from "./programs/evaluate.ts";
import { inspectProgram } from "./programs/inspect.ts";
import type { RowProgram } from "./programs/program.ts";
import { trainProgram } from "./programs/train.ts";

/** What `compile` settled. */
export interface TrainingSettings {
  readonly optimizer: Optimizer;
  /** What each trained output is compared by. */
  readonly heads: readonly Head[];
  /** Everything that is reported besides the loss, under the names that logs use. */
  readonly metrics: readonly CompiledMetric[];
  readonly programs: {
    readonly train: RowProgram;
    readonly evaluate: RowProgram;
    readonly inspect: RowProgram;
  };
}

export function settingsOf(optimizer: Optimizer, heads: readonly Head[]): TrainingSettings {
  return {
    optimizer,
    heads,
    metrics: heads.flatMap(({ reports }) => reports),
    programs: {
      train: trainProgram({ heads, optimizer }),
      evaluate: evaluateProgram(heads),
      inspect: inspectProgram({ heads, optimizer }),
    },
  };
}
