// What the last dense layer decides by: multiplied by its kernel, it gives what the model predicts.

import { beforeAll, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { lastFeatures } from "../../src/explain/inside/last-features.ts";
import { layers } from "../../src/nn/layers/index.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { stripes, trained } from "./trained.ts";

let model: Model;
const { x } = stripes(70, 5);

beforeAll(async () => {
  model = await trained();
}, 120_000);

test("features times the last kernel are the prediction", async () => {
  const found = await lastFeatures(model, x);
  const weights = await model.getWeights();
  const [kernel, bias] = ["dense/kernel", "dense/bias"].map((name) => weights.get(name));
  const width = found.shape[1];
  expect(found.shape).toEqual([70, kernel?.shape[0]]);
  const predicted = await model.predict(x);
  const classes = predicted.shape[1];
  for (let row = 0; row < 70; row++) {
    const logits = Array.from({ length: classes }, (_, i) => {
      let sum = bias?.data[i] ?? 0;
      for (let k = 0; k < width; k++) {
        sum += found.data[row * width + k] * (kernel?.data[k * classes + i] ?? Number.NaN);
      }
      return sum;
    });
    const top = Math.max(...logits);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    logits.forEach((logit, i) => {
      const probability = Math.exp(logit - top) / total;
      expect(probability).toBeCloseTo(predicted.data[row * classes + i], 5);
    });
  }
});

test("a model without a dense layer, or with nothing before it, is refused", async () => {
  const pooled = sequential([
    layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 1] }),
    layers.globalAveragePooling2d(),
  ]);
  const picture = { data: new Float32Array(64), shape: [1, 8, 8, 1] };
  await expect(lastFeatures(pooled, picture)).rejects.toThrow(ConfigError);
  const alone = sequential([layers.dense({ units: 2, inputShape: [8, 8, 1] })]);
  await expect(lastFeatures(alone, picture)).rejects.toThrow(/nothing before it/);
});
