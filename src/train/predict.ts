// Prediction over any number of examples: a piece at a time on the device.

import { sizeOf } from "../core/shape.ts";
import { type Tensor, withinMemory } from "../core/tensor.ts";
import type { Network } from "../nn/network.ts";
import type { Engine, ResidentExamples, Role } from "./engine.ts";
import type { Feed } from "./feed.ts";
import { place } from "./placement.ts";
import { names } from "./programs/names.ts";
import { predictProgram } from "./programs/predict.ts";
import { fillRows } from "./residency.ts";
import { runSteps } from "./run-steps.ts";
import type { Watchers } from "./watchers.ts";

/** Bytes of examples that prediction puts on the device at a time. */
const chunkBytes = 128 << 20;

/** How much is predicted at a time, and in which role. */
export interface PredictionJob {
  readonly role: Role;
  readonly batchSize: number;
  readonly watchers: Watchers;
}

/**
 * The network's results for the inputs of `feed`: a tensor for each output. Where a callback stops
 * it, the rows that were seen until then.
 */
export async function predictAll(
  engine: Engine,
  network: Network,
  feed: Feed,
  { role, batchSize, watchers }: PredictionJob,
): Promise<Tensor<Float32Array>[]> {
  const { count, whole } = feed;
  const x = whole?.x ?? [];
  const rowBytes = x.reduce(
    (sum, { data, shape }) => sum + sizeOf(shape.slice(1)) * data.BYTES_PER_ELEMENT,
    0,
  );
  // What a source reads passes through a ring, whatever its size.
  const most =
    whole === undefined ? count : Math.max(1, Math.min(count, Math.floor(chunkBytes / rowBytes)));
  const batch = Math.min(batchSize, most);
  // Whole batches, so that steps fall where they would without chunks.
  const chunk = most === count ? count : most - (most % batch);
  const results = network.outputs.map(({ shape }) => {
    const memory = {
      shape: [count, ...shape],
      name: "What the model predicts",
      fix: "predict fewer examples at a time",
    };
    const data = withinMemory(memory, () => new Float32Array(count * sizeOf(shape)));
    return { data, shape, row: sizeOf(shape) };
  });
  const examples =
    whole === undefined
      ? await place(engine, role, feed, { heads: [], batchSize: batch })
      : await engine.reserve(role, chunk, { x });
  let seen = 0;
  const tensorsFrom = (first: number) =>
    results.map(({ data, shape, row }) => ({
      data: data.slice(first * row, seen * row),
      shape: [seen - first, ...shape],
    }));
  const isWatched = watchers.have("onPredictStepBegin", "onPredictStepEnd");
  await watchers.notify("onPredictBegin", { steps: Math.ceil(count / batch), examples: count });
  const goesOn = () => seen === 0 || watchers.stopped === undefined;
  try {
    for (let start = 0; start < count && goesOn(); start += chunk) {
      const end = Math.min(count, start + chunk);
      for (const [i, values] of x.entries()) {
        await fillRows(engine.device, examples.inputs[i], values, start, end);
      }
      await predictRows(engine, examples, end - start, {
        batch: Math.min(batch, end - start),
        goesOn,
        ...(isWatched ? { atMost: 1 } : {}),
        before: (step) => watchers.notify("onPredictStepBegin", { step: start / batch + step + 1 }),
        async after(step, at, outputs) {
          results.forEach(({ data, row }, i) => {
            data.set(outputs[names.output(i)], (start + at) * row);
          });
          const first = seen;
          seen = start + Math.min(end - start, (step + 1) * batch);
          if (!isWatched) return;
          await watchers.notify("onPredictStepEnd", {
            step: start / batch + step + 1,
            outputs: tensorsFrom(first),
          });
        },
      });
    }
  } finally {
    await engine.releaseIfLarge(role);
  }
  await watchers.notify("onPredictEnd", {});
  return seen === count
    ? results.map(({ data, shape }) => ({ data, shape: [count, ...shape] }))
    : tensorsFrom(0);
}

/** How rows are gone through, and what is done at each step. */
interface Passage {
  readonly batch: number;
  readonly atMost?: number;
  goesOn(): boolean;
  before(step: number): Promise<void>;
  /** The step's results, and the row at which they begin. */
  after(
    step: number,
    at: number,
    outputs: Readonly<Record<string, ArrayLike<number>>>,
  ): Promise<void>;
}

async function predictRows(
  engine: Engine,
  examples: ResidentExamples,
  count: number,
  { batch, after, ...passage }: Passage,
): Promise<void> {
  const steps = Math.ceil(count / batch);
  // The last step looks at rows that were seen before rather than at fewer rows.
  const firstOf = (step: number) => Math.min(step * batch, count - batch);
  const inputsOf = (step: number) => ({
    rows: Int32Array.from({ length: batch }, (_, i) => firstOf(step) + i),
    step: [0],
  });
  const take = (step: number, outputs: Readonly<Record<string, ArrayLike<number>>>) =>
    after(step, firstOf(step), outputs);
  const program = () => engine.program(predictProgram, batch, examples);
  await runSteps(program, steps, inputsOf, take, passage);
}
