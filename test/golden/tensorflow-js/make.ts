// Makes the models of this folder, and predictions.json, for tensorflow-js.test.ts with TensorFlow.js 4.22.
//
//     npm ci --prefix bench --ignore-scripts
//     npx tsx test/golden/tensorflow-js/make.ts

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { classes, uniform } from "../shared-numbers.ts";
import { openTensorFlow, predict, saveFolder, type TfModel, toTf } from "./peer.ts";

const count = 4;
const tf = await openTensorFlow();
const { layers } = tf;

function sequential(): TfModel {
  return tf.sequential({
    name: "small",
    layers: [
      layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 4,
        kernelSize: 3,
        activation: "relu",
        kernelRegularizer: "l1l2",
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, useBias: false }),
      layers.leakyReLU({ alpha: 0.1 }),
      layers.zeroPadding2d({ padding: [1, 1] }),
      layers.averagePooling2d({ poolSize: 2, padding: "same" }),
      layers.flatten({}),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 3, activation: "softmax", kernelInitializer: "heNormal" }),
    ],
  });
}

function residual(): TfModel {
  const x = tf.input({ shape: [6, 6, 2], name: "image" });
  const separable = { filters: 4, kernelSize: 3, padding: "same" };
  const y = layers
    .activation({ activation: "softplus" })
    .apply(
      layers.batchNormalization({ scale: false }).apply(layers.separableConv2d(separable).apply(x)),
    );
  const shortcut = layers.conv2d({ filters: 4, kernelSize: 1, name: "shortcut" }).apply(x);
  const sum = layers.add({ name: "sum" }).apply([y, shortcut]);
  const wide = layers
    .conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: "same" })
    .apply(sum);
  const normal = layers
    .layerNormalization({})
    .apply(layers.prelu({ sharedAxes: [1, 2] }).apply(wide));
  const scaled = layers.upSampling2d({ size: [2, 2] }).apply(normal);
  const pooled = layers.globalAveragePooling2d({}).apply(scaled);
  const outputs = layers.dense({ units: 3, activation: "softmax", name: "kind" }).apply(pooled);
  return tf.model({ inputs: x, outputs, name: "residual" });
}

/** A network in a network, used twice, beside a layer that is shared, with several results. */
function nested(): TfModel {
  const innerInput = tf.input({ shape: [4, 4, 2] });
  const conv = layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", activation: "elu" });
  const inner = tf.model({
    inputs: innerInput,
    outputs: layers.batchNormalization({}).apply(conv.apply(innerInput)),
    name: "inner",
  });
  const head = tf.sequential({
    layers: [layers.dense({ inputShape: [3], units: 4, activation: "tanh" })],
    name: "head",
  });
  const left = tf.input({ shape: [4, 4, 2], name: "left" });
  const right = tf.input({ shape: [4, 4, 2], name: "right" });
  const pool = layers.globalMaxPooling2d({});
  const ends = [left, right].map((one) => head.apply(pool.apply(inner.apply(one))));
  const joined = layers.concatenate({}).apply(ends);
  const outputs = [
    layers.dense({ units: 3, activation: "softmax", name: "answer" }).apply(joined),
    layers.dense({ units: 2, name: "where", trainable: false }).apply(joined),
  ];
  return tf.model({ inputs: [left, right], outputs, name: "nested" });
}

/** Values of our own, that do not depend on random numbers. */
async function giveWeights(model: TfModel): Promise<void> {
  const values = model.weights.map(({ originalName, shape }, i) => {
    const isPositive = /gamma|variance/.test(originalName);
    return toTf(tf, uniform(100 + i, shape, isPositive ? 0.5 : -0.5, isPositive ? 1.5 : 0.5));
  });
  await model.setWeights(values);
}

const fixtures: string[] = [];
for (const make of [sequential, residual, nested]) {
  const model = make();
  await giveWeights(model);
  const inputs = model.inputs.map(({ shape }, i) =>
    uniform(7 + i, [count, ...(shape.slice(1) as number[])], -1, 1),
  );
  const folder = fileURLToPath(new URL(make.name, import.meta.url));
  if (make === sequential) {
    model.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["accuracy"] });
    const y = tf.oneHot([...classes(1, count, 3).data], 3);
    await model.fit(toTf(tf, inputs[0]), y, { epochs: 2, batchSize: count, verbose: 0 });
  }
  await saveFolder(tf, model, folder, { includeOptimizer: make === sequential });
  const results = predict(tf, model, inputs).map((values) => [...values]);
  fixtures.push(`  ${JSON.stringify(make.name)}: ${JSON.stringify(results)}`);
}
const text = `{\n${fixtures.join(",\n")}\n}\n`;
writeFileSync(new URL("predictions.json", import.meta.url), text);
console.log(`made with TensorFlow.js ${tf.version.tfjs}`);
