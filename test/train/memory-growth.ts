// A process of its own that trains for 4,000 steps in one call of fit and prints, as JSON, its memory
// after 200, 400, … steps: what is resident, of all threads, and what is alive in the main one. Run with --expose-gc, so that garbage does not count. With the
// argument "watched" a callback looks at every step; with "leaking" it keeps a little of each.

import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

const mode = process.argv[2];
const epochs = 20;
const stepsAnEpoch = 200;
const batchSize = 8;

function measure(): { resident: number; alive: number } {
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, alive: heapUsed + external };
}

const device = await WasmDevice.open({ threads: 2 });
const model = tinyModel(device);
const memory: ReturnType<typeof measure>[] = [];
const kept: Float32Array[] = [];
const watching = {
  onStepEnd() {
    if (mode === "leaking") kept.push(new Float32Array(512).fill(kept.length));
  },
};
await model.fit(tinyExamples(stepsAnEpoch * batchSize), {
  epochs,
  batchSize,
  verbose: 0,
  validationData: tinyExamples(64, 2),
  callbacks: [
    ...(mode === undefined ? [] : [watching]),
    { onEpochEnd: () => void memory.push(measure()) },
  ],
});
const { iterations } = model.progress;
await model.dispose();
await device.close();
console.log(JSON.stringify({ iterations, memory }));
