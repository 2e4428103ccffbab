// Trains a small model with the tensorBoard callback, for read.py: `npx tsx write.ts FOLDER`.

import { WasmDevice } from "../../../src/machine/wasm/index.ts";
import { callbacks } from "../../../src/train/callbacks/index.ts";
import { tinyExamples, tinyModel } from "../../train/tiny.ts";

const device = await WasmDevice.open({ threads: 1 });
const model = tinyModel(device);
await model.fit(tinyExamples(24), {
  batchSize: 8,
  epochs: 3,
  validationSplit: 0.25,
  verbose: 0,
  callbacks: [
    callbacks.tensorBoard({
      path: process.argv[2],
      histogramFrequency: 1,
      images: () => ({ ramp: { data: Float32Array.of(0, 0.5, 1, 2), shape: [2, 2, 1] } }),
    }),
  ],
});
await model.dispose();
await device.close();
