// A run with a backup, in a process of its own, for tests that kill it: says `step` at its first step and
// `end` with a digest of all weights.

import { createHash } from "node:crypto";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

const device = await WasmDevice.open({ threads: 1 });
const model = tinyModel(device);
await model.fit(tinyExamples(40), {
  batchSize: 4,
  epochs: 40,
  verbose: 0,
  callbacks: [
    callbacks.backupAndRestore({
      path: process.argv[2],
      saveFrequency: 3,
      deleteCheckpoint: false,
    }),
    {
      onStepEnd({ epoch, step }) {
        if (step === 1) console.log(`step ${epoch}.${step}`);
      },
    },
  ],
});
const hash = createHash("sha256");
for (const [name, { data }] of model.getWeights()) {
  hash.update(name);
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
console.log(`end ${hash.digest("hex")}`);
await model.dispose();
await device.close();
