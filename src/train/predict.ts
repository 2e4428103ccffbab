// Prediction over any number of examples: a piece at a time on the device. Floor 5.

import { sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Examples } from "../data/examples.ts";
import type { Network } from "../nn/network.ts";
import { type Engine, type ResidentExamples, runSteps } from "./engine.ts";
import { names } from "./graphs.ts";
import { fillRows } from "./residency.ts";

/** Bytes of examples that prediction puts on the device at a time. */
const chunkBytes = 128 << 20;

/** The network's results for `x`, a tensor for each input: a tensor for each output. */
export async function predictAll(
  engine: Engine,
  network: Network,
  x: readonly Examples["x"][],
  batchSize: number,
): Promise<Tensor<Float32Array>[]> {
  const count = x[0].shape[0];
  const rowBytes = x.reduce(
    (sum, { data, shape }) => sum + sizeOf(shape.slice(1)) * data.BYTES_PER_ELEMENT,
    0,
  );
  const chunk = Math.max(1, Math.min(count, Math.floor(chunkBytes / rowBytes)));
  const examples = await engine.reserve("prediction", chunk, { x });
  const results = network.outputs.map(({ shape }) => ({
    data: new Float32Array(count * sizeOf(shape)),
    shape: [count, ...shape],
    row: sizeOf(shape),
  }));
  try {
    for (let start = 0; start < count; start += chunk) {
      const end = Math.min(count, start + chunk);
      x.forEach((values, i) => {
        fillRows(engine.device, examples.inputs[i], values, start, end);
      });
      await predictRows(engine, examples, end - start, batchSize, (at, outputs) => {
        results.forEach(({ data, row }, i) => {
          data.set(outputs[names.output(i)], (start + at) * row);
        });
      });
    }
  } finally {
    await engine.releaseIfLarge("prediction");
  }
  return results.map(({ data, shape }) => ({ data, shape }));
}

async function predictRows(
  engine: Engine,
  examples: ResidentExamples,
  count: number,
  batchSize: number,
  take: (at: number, outputs: Readonly<Record<string, ArrayLike<number>>>) => void,
): Promise<void> {
  const batch = Math.min(batchSize, count);
  const executable = await engine.program("predict", batch, examples);
  const steps = Math.ceil(count / batch);
  // The last step looks at rows that were seen before rather than at fewer rows.
  const firstOf = (step: number) => Math.min(step * batch, count - batch);
  const inputsOf = (step: number) => ({
    rows: Int32Array.from({ length: batch }, (_, i) => firstOf(step) + i),
    step: [0],
  });
  await runSteps(executable, steps, inputsOf, (step, outputs) => take(firstOf(step), outputs));
}
