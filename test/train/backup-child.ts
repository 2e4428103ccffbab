// A run with a backup, in a process of its own, for tests that kill it: says `step` at the first step of
// every epoch and `end` with a digest of all weights. Arguments: the backup's path, how often (steps, or
// `epoch`), epochs.

import { createHash } from "node:crypto";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { callbacks } from "../../src/train/callbacks/index.ts";
import { tinyExamples, tinyModel } from "./tiny.ts";

const [path, often = "3", epochs = "40"] = process.argv.slice(2);
const device = await WasmDevice.open({ threads: 1 });
const model = tinyModel(device);
await model.fit(tinyExamples(40), {
  batchSize: 4,
  epochs: Number(epochs),
  verbose: 0,
  callbacks: [
    callbacks.backupAndRestore({
      path,
      saveFrequency: often === "epoch" ? often : Number(often),
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
for (const [name, { data }] of await model.getWeights()) {
  hash.update(name);
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}
console.log(`end ${hash.digest("hex")}`);
await model.dispose();
await device.close();
