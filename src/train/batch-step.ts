// One step on a batch that is handed in by itself: of training, or of evaluation.

import { TrainingError } from "../core/errors.ts";
import type { StepOutputs } from "../machine/device.ts";
import type { Engine, Role } from "./engine.ts";
import { wholeFeed } from "./feed.ts";
import { stepInputs } from "./fit.ts";
import type { OrderedExamples } from "./model-examples.ts";
import type { ModelMemory } from "./model-memory.ts";
import { place } from "./placement.ts";
import { programsOf } from "./programs/programs-of.ts";
import type { TrainingSettings } from "./settings.ts";
import type { ClassWeights } from "./weights.ts";

export interface BatchJob {
  readonly engine: Engine;
  readonly memory: ModelMemory;
  readonly settings: TrainingSettings;
  readonly ordered: OrderedExamples;
  readonly classWeights: ClassWeights | undefined;
  readonly role: Role;
  /** The learning rate of a step that trains; absent where nothing is changed. */
  readonly rate?: number;
  /** Finished steps of training. */
  readonly iterations: number;
}

/**
 * What the step adds to loss and metrics.
 *
 * @throws DataError where examples do not fit, TrainingError where training changed nothing: a number was
 * lost.
 */
export async function runBatch(job: BatchJob): Promise<StepOutputs> {
  const { engine, memory, settings, ordered, classWeights, role, rate, iterations } = job;
  const { count } = ordered;
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  try {
    const placed = await place(engine, role, wholeFeed(ordered), {
      heads: settings.heads,
      weighting: { classWeights, count },
      batchSize: count,
    });
    if (rate === undefined) {
      const program = await engine.program(programsOf(settings).evaluate, count, placed);
      const [outputs] = await program.run([{ rows, step: [0] }]);
      return outputs;
    }
    await memory.prepare(settings.optimizer);
    const program = await engine.program(programsOf(settings).train, count, placed);
    const [outputs] = await program.run([stepInputs(settings, iterations + 1, rate, rows)]);
    if (outputs.halted[0] !== 0) refuse(outputs.loss[0]);
    memory.noteTraining();
    return outputs;
  } finally {
    await engine.releaseIfLarge(role);
  }
}

function refuse(loss: number): never {
  throw new TrainingError({
    what: "trainOnBatch changed nothing: the loss or a gradient is no longer a number.",
    expected: "a finite loss and finite gradients",
    received: `a loss of ${loss}`,
    fix: "lower the learning rate, or normalise the inputs; the weights of before are kept",
  });
}
