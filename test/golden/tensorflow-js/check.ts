// Writes models of Fovea's as model.json, loads them in TensorFlow.js 4.22, and compares predictions.
//
//     npm ci --prefix bench --ignore-scripts
//     npx tsx test/golden/tensorflow-js/check.ts
//
// Each layer of the table is one model for each of its samples. The outcome goes to checked.json.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "../../../src/core/tensor.ts";
import { ownLayers } from "../../../src/interchange/keras/layer-rows.ts";
import { WasmDevice } from "../../../src/machine/wasm/index.ts";
import { input } from "../../../src/nn/input.ts";
import { type LayerKind, layerFrom, layers } from "../../../src/nn/layers/index.ts";
import type { SymbolicOutputs } from "../../../src/nn/network.ts";
import { model } from "../../../src/train/functional.ts";
import type { Model } from "../../../src/train/model.ts";
import { type SaveOptions, saveModel } from "../../../src/train/save.ts";
import { sequential } from "../../../src/train/sequential.ts";
import { layerCases } from "../../conformance/layer-cases/index.ts";
import { relativeError } from "../../conformance/samples.ts";
import { networkWeights, uniform } from "../shared-numbers.ts";
import { loadFolder, openTensorFlow, predict } from "./peer.ts";

const count = 3;
const tolerance = 1e-5;
const tf = await openTensorFlow();
const device = await WasmDevice.open({ threads: 2 });
const failures: Record<string, string> = {};
const notWritten: Record<string, string> = {};
/** What fails there though nothing was said when it was written, and the other way round. */
const unsaid: string[] = [];
const overstated: string[] = [];
const shards: Record<string, number> = {};
let loaded = 0;
let written = 0;
let worst = 0;

/** What either side says, in one line. */
const lineOf = (error: unknown) => (error as Error).message.split("\n")[0].slice(0, 160);

async function check(
  name: string,
  made: Model<SymbolicOutputs>,
  options: SaveOptions = {},
): Promise<void> {
  const weights = networkWeights(made.network);
  for (const [key, { data }] of weights) {
    if (!key.endsWith("variance")) continue;
    for (let i = 0; i < data.length; i++) data[i] = Math.abs(data[i]) + 0.5;
  }
  await made.setWeights(weights);
  const x = made.inputs.map(({ shape }, i) => uniform(7 + i, [count, ...shape], -1, 1));
  const answer: unknown = await made.predict(x);
  const isOne = "data" in (answer as object);
  const expected = (isOne ? [answer] : Object.values(answer as object)) as Tensor<Float32Array>[];
  let said = false;
  const folder = mkdtempSync(join(tmpdir(), "fovea-tensorflow-js-"));
  try {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    await saveModel(made, join(folder, "model.json"), { ...options, onWarning });
    said = warnings.length > 0;
    written++;
    shards[name] = readdirSync(folder).length - 1;
    const found = predict(tf, await loadFolder(tf, folder), x);
    loaded++;
    const errors = expected.map(({ data }, i) => relativeError(found[i], data));
    const error = Math.max(...errors);
    if (found.length !== expected.length) failures[name] = `${found.length} outputs`;
    else if (error < tolerance) worst = Math.max(worst, error);
    else failures[name] = `differs by ${error.toPrecision(2)}`;
  } catch (error) {
    if (shards[name] === undefined) notWritten[name] = lineOf(error);
    else failures[name] = lineOf(error);
  } finally {
    if (failures[name] !== undefined && !said) unsaid.push(name);
    if (failures[name] === undefined && said) overstated.push(name);
    rmSync(folder, { recursive: true });
    tf.disposeVariables();
  }
  await made.dispose();
}

for (const kind of Object.keys(layers) as LayerKind[]) {
  if (ownLayers.includes(kind)) continue;
  for (const [i, sample] of layerCases[kind].samples.entries()) {
    const inputs = [sample.input, ...(sample.others ?? [])].map((shape) => input({ shape }));
    const made = model({ inputs, outputs: layerFrom(kind, sample.options).apply(inputs), device });
    await check(`layer-${kind}-${i}`, made);
  }
}

await check(
  "sequential",
  sequential(
    [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [8, 8, 3] }),
      layers.batchNormalization(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 3, activation: "softmax", kernelRegularizer: "l2" }),
    ],
    { device },
  ),
);
const wideModel = [layers.dense({ units: 1100, inputShape: [1000] }), layers.dense({ units: 2 })];
await check("several-shards", sequential(wideModel, { device }));

const image = input({ shape: [6, 6, 4], name: "image" });
const bent = layers
  .batchNormalization()
  .apply(layers.separableConv2d({ filters: 4, kernelSize: 3, padding: "same" }).apply(image));
const joined = layers
  .add()
  .apply([bent, layers.conv2d({ filters: 4, kernelSize: 1 }).apply(image)]);
const residual = layers.dense({ units: 3 }).apply(layers.globalAveragePooling2d().apply(joined));
await check("residual", model({ inputs: image, outputs: residual, device }));

const left = input({ shape: [6, 6, 2], name: "left" });
const right = input({ shape: [6, 6, 2], name: "right" });
const innerInput = input({ shape: [6, 6, 2] });
const inner = model({
  name: "inner",
  inputs: innerInput,
  outputs: layers
    .batchNormalization()
    .apply(layers.conv2d({ filters: 3, kernelSize: 3, padding: "same" }).apply(innerInput)),
  device,
});
const head = sequential([layers.dense({ units: 2, inputShape: [4], name: "last" })], {
  name: "head",
  device,
});
const shared = layers.dense({ units: 4, activation: "relu", name: "shared" });
const pool = layers.globalAveragePooling2d();
const ends = [left, right].map((one) => shared.apply(pool.apply(inner.apply(one))));
const last = layers.dense({ units: 3, activation: "softmax", trainable: false }).apply(ends[0]);
const outputs = [head.apply(layers.add().apply(ends)), last];
await check("nested", model({ name: "nested", inputs: [left, right], outputs, device }));
const names = { a: outputs[0], b: outputs[1] };
await check("record", model({ name: "record", inputs: [left, right], outputs: names, device }));

const spaced = layers.dense({ units: 2, name: "my layer", inputShape: [3] });
await check("name-with-a-space", sequential([spaced], { device }));
const older = layers.dense({ units: 2, activation: "hardSigmoidKeras2", inputShape: [3] });
await check("older-hard-sigmoid", sequential([older], { device }));
const learning = sequential([layers.dense({ units: 2, inputShape: [3] })], { device });
learning.compile({ optimizer: "adam", loss: "meanSquaredError", metrics: ["mae"] });
await check("with-training", learning, { training: true, classNames: ["a", "b"] });

const result = {
  tensorflowJs: tf.version.tfjs,
  written,
  loaded,
  worst: Number(worst.toPrecision(2)),
  shards: shards["several-shards"],
  unsaid,
  overstated,
  failures,
  notWritten,
};
const text = `${JSON.stringify(result, null, 2)}\n`;
writeFileSync(new URL("checked.json", import.meta.url), text);
console.log(text);
await device.close();
