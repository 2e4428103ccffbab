// Attributions of a network that has learned something: they find it, add up, and refuse what they cannot do.

import { beforeAll, expect, test } from "vitest";
import { attribute } from "../../src/explain/attribute.ts";
import { type AttributionName, methods } from "../../src/explain/methods/table.ts";
import { trust } from "../../src/explain/trust/trust.ts";
import { input } from "../../src/nn/input.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { model as modelOf } from "../../src/train/functional.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { network, shareInPatch, size, stripes, trained } from "./trained.ts";

let model: Model;
const examples = stripes(8, 99);
const picture = (n: number) => ({
  data: examples.x.data.slice(n * size * size, (n + 1) * size * size),
  shape: [size, size, 1],
});

beforeAll(async () => {
  model = await trained();
}, 120_000);

test("the network has learned its task", async () => {
  const { accuracy } = await model.evaluate(stripes(200, 5));
  expect(accuracy).toBeGreaterThan(0.95);
});

const names = Object.keys(methods) as AttributionName[];
const few: Readonly<Record<string, object>> = { rise: { masks: 256 }, smoothGrad: { samples: 16 } };

/** FullGrad counts every bias alike, those that say nothing of the patch, too: its map is even here. */
const finders = names.filter((name) => name !== "fullGrad");

test.each(finders)("%s finds the patch more than chance would", async (method) => {
  const shares = [];
  for (let n = 0; n < 4; n++) {
    const found = await attribute(model, picture(n), { method, ...few[method] });
    expect(found.classIndex).toBe(n % 2);
    expect(found.map.shape).toEqual([size, size]);
    expect(Math.max(...found.map.data)).toBeCloseTo(1, 6);
    expect(Math.min(...found.map.data)).toBeGreaterThanOrEqual(0);
    shares.push(shareInPatch(found.map, examples.places[n]));
  }
  // The patch is 17 % of the picture.
  expect(shares.reduce((a, b) => a + b) / 4).toBeGreaterThan(0.22);
});

test("integrated gradients add up to the score's distance from the baseline, within 1 %", async () => {
  for (let n = 0; n < 4; n++) {
    const found = await attribute(model, picture(n), { method: "integratedGradients" });
    const sum = found.values.data.reduce((a, b) => a + b, 0);
    const black = { data: new Float32Array(size * size), shape: [size, size, 1] };
    const { score } = await attribute(model, black, { classIndex: found.classIndex });
    const distance = found.score - score;
    expect(Math.abs(sum - distance)).toBeLessThan(0.01 * Math.abs(distance));
  }
});

test("a layer is chosen, and the reason said", async () => {
  const { layers: chosen, reason } = await attribute(model, picture(0));
  expect(chosen).toEqual(["conv2d_1"]);
  expect(reason).toBe(
    'the last layer with rows and columns (12 x 12) before "global_average_pooling2d" joins them',
  );
});

test("programs are compiled once, and again after the model was disposed of", async () => {
  const own = network(4);
  const first = await attribute(own, picture(0));
  const again = await attribute(own, picture(0));
  expect(again.map.data).toEqual(first.map.data);
  await own.dispose();
  expect((await attribute(own, picture(0))).map.data).toEqual(first.map.data);
});

test("bytes go through the model's preprocessing", async () => {
  const bytes = Uint8Array.from(picture(1).data, (value) => Math.round(255 * Math.min(1, value)));
  const scaled = sequential(model.layers.length === 5 ? [...networkLayers()] : [], {
    preprocess: { scale: 1 / 255 },
  });
  await scaled.setWeights(await model.getWeights());
  const found = await attribute(scaled, { data: bytes, shape: [size, size, 1] });
  const plain = await attribute(model, {
    data: Float32Array.from(bytes, (value) => Math.fround(value * Math.fround(1 / 255))),
    shape: [size, size, 1],
  });
  expect(found.score).toBeCloseTo(plain.score, 4);
});

function* networkLayers() {
  yield layers.conv2d({
    filters: 8,
    kernelSize: 5,
    activation: "relu",
    padding: "same",
    inputShape: [size, size, 1],
  });
  yield layers.maxPooling2d({ poolSize: 2 });
  yield layers.conv2d({ filters: 12, kernelSize: 3, activation: "relu", padding: "same" });
  yield layers.globalAveragePooling2d();
  yield layers.dense({ units: 2, activation: "softmax" });
}

test("what cannot be done is refused with a way out", async () => {
  const ask = (options: object) => attribute(model, picture(0), options);
  await expect(ask({ layer: "conv2d_2" })).rejects.toThrow('did you mean "conv2d"?');
  await expect(ask({ layer: "dense" })).rejects.toThrow("rows and columns");
  await expect(ask({ method: "gradcam" })).rejects.toThrow('did you mean "gradCam"?');
  await expect(ask({ method: "gradCam", steps: 20 })).rejects.toThrow("has no option steps");
  await expect(ask({ classIndex: 2 })).rejects.toThrow("from 0 to 1");
  await expect(ask({ method: "saliency", layer: "conv2d" })).rejects.toThrow("no option layer");
  await expect(ask({ clasIndex: 1 })).rejects.toThrow('did you mean "classIndex"?');
  await expect(attribute(model, examples.x)).rejects.toThrow("one picture");
});

test("a model without convolutions has no map of a layer, but one of its input", async () => {
  const plain = sequential([
    layers.flatten({ inputShape: [size, size, 1] }),
    layers.dense({ units: 2, activation: "softmax" }),
  ]);
  await expect(attribute(plain, picture(0))).rejects.toThrow("no layer to look into");
  const { map } = await attribute(plain, picture(0), { method: "saliency" });
  expect(map.shape).toEqual([size, size]);
});

test("a model whose gradient is 0 everywhere gives a flat map that says so", async () => {
  const dead = network(1);
  const weights = new Map(await dead.getWeights());
  const zeros = [...weights].map(
    ([name, { data, shape }]) => [name, { data: data.map(() => 0), shape }] as const,
  );
  await dead.setWeights(new Map(zeros));
  const found = await attribute(dead, picture(0));
  expect(found.isFlat).toBe(true);
  const { words } = await trust(dead, picture(0), found);
  expect(words).toEqual(["The map says nothing: it is the same everywhere."]);
});

test("the check of trust tells a map of what was learned from one that was not", async () => {
  const found = await attribute(model, picture(2));
  const good = await trust(model, picture(2), found);
  expect(good.randomization.similarity).toBeLessThan(0.6);
  expect(good.insertion.area).toBeGreaterThan(good.deletion.area);
  expect(good.road).toBeGreaterThan(0);
  expect(good.words).toHaveLength(4);
  // A map of the other class: its hottest pixels are not what the class hangs on.
  const other = await attribute(model, picture(2), { classIndex: 1 - found.classIndex });
  const wrong = await trust(model, picture(2), { ...other, classIndex: found.classIndex });
  expect(wrong.road).toBeLessThan(good.road);
  expect(wrong.insertion.area).toBeLessThan(good.insertion.area);
});

test("of several outputs none is explained, and no class where the outputs are NaN", async () => {
  const x = input({ shape: [size, size, 1] });
  const features = layers
    .globalAveragePooling2d()
    .apply(layers.conv2d({ filters: 2, kernelSize: 3 }).apply(x));
  const outputs = [2, 3].map((units) => layers.dense({ units }).apply(features));
  const several = modelOf({ inputs: x, outputs });
  await expect(attribute(several as unknown as Model, picture(0))).rejects.toThrow("one output");
  const nothing = { data: new Float32Array(size * size).fill(Number.NaN), shape: [size, size, 1] };
  await expect(attribute(model, nothing)).rejects.toThrow("outputs are NaN");
});
