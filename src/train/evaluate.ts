// Loss and metrics over examples that are on the device. Knows no epochs.

import type { StepInputs } from "../machine/device.ts";
import { batchesOf } from "./batches.ts";
import type { Engine, ResidentExamples } from "./engine.ts";
import { Means } from "./means.ts";
import { programsOf } from "./programs/programs-of.ts";
import { runSteps } from "./run-steps.ts";
import type { TrainingSettings } from "./settings.ts";
import type { Watchers } from "./watchers.ts";

/** What is evaluated, and how much at a time. */
export interface EvaluationJob {
  readonly engine: Engine;
  readonly settings: TrainingSettings;
  readonly examples: ResidentExamples;
  /** The rows that count: so many, from this one on. */
  readonly first: number;
  readonly count: number;
  readonly batchSize: number;
  readonly watchers: Watchers;
  /** Asked before every step but the first. Default: yes. */
  readonly goesOn?: () => boolean;
}

/** Loss and metrics over the job's rows. */
export async function evaluateRows(job: EvaluationJob): Promise<Means> {
  const { engine, settings, examples, batchSize, watchers, goesOn = () => true } = job;
  const means = new Means(settings.metrics);
  const batches = batchesOf(job.count, batchSize);
  const steps = Math.ceil(job.count / batchSize);
  const isWatched = watchers.have("onTestStepBegin", "onTestStepEnd");
  await watchers.notify("onTestBegin", { steps, examples: job.count });
  for (const { batch, first, steps } of batches) {
    const start = job.first + first * batchSize;
    const inputsOf = (step: number): StepInputs => ({
      rows: Int32Array.from({ length: batch }, (_, i) => start + step * batch + i),
      step: [0],
    });
    const before = (step: number) => watchers.notify("onTestStepBegin", { step: first + step + 1 });
    await runSteps(
      () => engine.program(programsOf(settings).evaluate, batch, examples),
      steps,
      inputsOf,
      async (step, outputs) => {
        means.add(batch, outputs);
        if (!isWatched) return;
        await watchers.notify("onTestStepEnd", { step: first + step + 1, logs: means.logs() });
      },
      {
        // One step is always made, as in Keras: the mean of none is no number.
        goesOn: () => means.state.examples === 0 || goesOn(),
        ...(isWatched ? { before, atMost: 1 } : {}),
      },
    );
  }
  await watchers.notify("onTestEnd", { logs: means.logs() });
  return means;
}
