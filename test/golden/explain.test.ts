// Attributions beside pytorch-grad-cam's and captum's, on one small network (explain/make.py).

import { expect, test } from "vitest";
import { attribute } from "../../src/explain/attribute.ts";
import type { AttributionName } from "../../src/explain/methods/table.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { sequential } from "../../src/train/sequential.ts";
import golden from "./explain/attributions.json" with { type: "json" };
import { networkWeights, uniform } from "./shared-numbers.ts";

const size = 16;

const model = sequential([
  layers.conv2d({
    name: "first",
    filters: 6,
    kernelSize: 3,
    padding: "same",
    activation: "relu",
    inputShape: [size, size, 3],
  }),
  layers.batchNormalization(),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ name: "second", filters: 8, kernelSize: 3, padding: "same", activation: "relu" }),
  layers.conv2d({ name: "third", filters: 7, kernelSize: 3, padding: "same", activation: "relu" }),
  layers.globalAveragePooling2d(),
  layers.dense({ units: 5, activation: "softmax" }),
]);
await model.setWeights(networkWeights(model.network));
const picture = uniform(7, [1, size, size, 3], -1, 1);
const classIndex = 2;

/** The largest difference. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, one, i) => Math.max(most, Math.abs(one - b[i])), 0);
}

const layersOf: Readonly<Record<string, readonly string[]>> = {
  "gradCam, two layers": ["second", "third"],
};

test.each(Object.entries(golden.maps))(
  "%s draws the map of pytorch-grad-cam",
  async (name, map) => {
    const layer = layersOf[name];
    const result = await attribute(model, picture, {
      method: name.split(",")[0] as AttributionName,
      classIndex,
      ...(layer === undefined ? {} : { layer }),
    });
    expect(distance(result.map.data, map)).toBeLessThan(1e-4);
  },
);

const optionsOf: Readonly<Record<string, object>> = { occlusion: { window: 5, stride: 3 } };

/** A map that is the same at each of a pixel's channels, for values that are not told apart by them. */
const perChannel = (data: Float32Array) =>
  Float32Array.from({ length: data.length * 3 }, (_, i) => data[Math.floor(i / 3)]);

test.each(Object.entries(golden.values))("%s gives the values of captum", async (name, wanted) => {
  const method = name as AttributionName;
  const result = await attribute(model, picture, { method, classIndex, ...optionsOf[name] });
  const { data } = result.values;
  const all = data.length === wanted.length ? data : perChannel(data);
  const largest = all.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  expect(
    distance(
      all.map((one) => one / largest),
      wanted,
    ),
  ).toBeLessThan(1e-4);
});

test("the score is the logit, the probability what the model gives", async () => {
  const result = await attribute(model, picture, { classIndex });
  expect(result.score).toBeCloseTo(golden.logits[classIndex], 5);
  const { data } = await model.predict(picture);
  expect(result.probability).toBeCloseTo(data[classIndex], 6);
});
