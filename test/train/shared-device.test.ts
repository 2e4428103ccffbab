// The device that models share outlives its threads.

import type { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { TargetError } from "../../src/core/errors.ts";
import { layers, sequential, tensor } from "../../src/index.ts";

test("models go on, with their weights, after a thread of the shared device has died", async () => {
  const workers: Worker[] = [];
  const remember = (worker: Worker) => void workers.push(worker);
  process.on("worker", remember);
  const build = () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [4] })], { seed: 1 });
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    return model;
  };
  const x = tensor(
    Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
    [16, 4],
  );
  const y = tensor(new Float32Array(48).fill(1), [16, 3]);
  const model = build();
  await model.fit({ x, y }, { epochs: 2, verbose: 0 });
  const before = await model.predict(x);
  for (const worker of workers.slice(0, 1)) await worker.terminate();
  const after = await model.predict(x);
  expect([...after.data]).toEqual([...before.data]);
  // A call that is under way is lost, and says so; what comes next is not.
  const training = model.fit({ x, y }, { epochs: 200, verbose: 0 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all(workers.map((worker) => worker.terminate()));
  const outcome = await training.catch((error) => error);
  if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TargetError);
  await model.fit({ x, y }, { epochs: 1, verbose: 0 });
  const other = build();
  await other.fit({ x, y }, { epochs: 2, verbose: 0 });
  expect([...(await other.predict(x)).data]).toEqual([...before.data]);
  process.off("worker", remember);
});
