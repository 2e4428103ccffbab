// What a trained network has inside: filters, maps, dead units, histograms, and what excites a unit.

import { beforeAll, expect, test } from "vitest";
import { features } from "../../src/explain/inside/features.ts";
import { filters, layersWithFilters } from "../../src/explain/inside/filters.ts";
import { histogramOf, histograms } from "../../src/explain/inside/histograms.ts";
import { topExamples, unitHealth } from "../../src/explain/inside/units.ts";
import { visualize, wavesOf } from "../../src/explain/inside/visualize.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { featuresSvg, filtersSvg, networkSvg } from "../../src/report/lessons/inside-figure.ts";
import type { Model } from "../../src/train/model.ts";
import { sequential } from "../../src/train/sequential.ts";
import { faultOf } from "../report/well-formed.ts";
import { size, stripes, trained } from "./trained.ts";

let model: Model;
const examples = stripes(24, 99);
const picture = { data: examples.x.data.slice(0, size * size), shape: [size, size, 1] };

beforeAll(async () => {
  model = await trained();
}, 120_000);

test("filters are the kernel taken apart", async () => {
  expect(layersWithFilters(model)).toEqual(["conv2d", "conv2d_1"]);
  const found = await filters(model, "conv2d_1");
  expect([found.shape, found.isColour, found.filters.length]).toEqual([[3, 3, 8, 12], false, 12]);
  const kernel = (await model.getWeights()).get("conv2d_1/kernel");
  expect(found.filters[5].data[17]).toBe(kernel?.data[17 * 12 + 5]);
  await expect(filters(model, "dense")).rejects.toThrow(/no filters/);
  await expect(filters(model, "conv2")).rejects.toThrow(/conv2d/);
});

test("feature maps are what the layers give, and figures of them are well-formed", async () => {
  const all = await features(model, picture);
  expect(all.map(({ layer }) => layer)).toEqual(["conv2d", "max_pooling2d", "conv2d_1"]);
  const [first, pooled] = all;
  expect(first.result.shape).toEqual([24, 24, 8]);
  // The largest of the first window of channel 3.
  const at = (row: number, column: number) => first.result.data[(row * 24 + column) * 8 + 3];
  const largest = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
  expect(pooled.result.data[3]).toBeCloseTo(largest, 6);
  await expect(features(model, picture, ["dense"])).rejects.toThrow(/rows and columns/);
  const drawn = [
    filtersSvg(await filters(model)),
    featuresSvg(first, picture),
    networkSvg(all, picture),
  ];
  for (const svg of drawn) expect(faultOf(svg)).toBeUndefined();
});

test("dead and saturated units are found", async () => {
  const own = sequential([
    layers.conv2d({ filters: 3, kernelSize: 3, activation: "relu", inputShape: [size, size, 1] }),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 2, activation: "sigmoid" }),
  ]);
  const weights = await own.getWeights();
  const bias = { data: Float32Array.of(0, -1e6, 0), shape: [3] };
  const far = { data: Float32Array.of(80, 0), shape: [2] };
  await own.setWeights(new Map([...weights, ["conv2d/bias", bias], ["dense/bias", far]]));
  const [conv, dense] = await unitHealth(own, examples.x);
  expect(conv).toMatchObject({ layer: "conv2d", channels: 3, saturated: [] });
  expect(conv.dead).toContain(1);
  expect(conv.zeros).toBeGreaterThanOrEqual(1 / 3);
  expect(dense.saturated).toEqual([0]);
});

test("the examples that excite a class most are of that class, and show where", async () => {
  const best = await topExamples(model, examples.x, { layer: "dense", channel: 1, count: 4 });
  for (const { index } of best) expect(index % 2).toBe(1);
  const [one, other] = await topExamples(model, examples.x, { layer: "conv2d", channel: 2 });
  expect(one.value).toBeGreaterThanOrEqual(other.value);
  const [maps] = await features(
    model,
    {
      ...picture,
      data: examples.x.data.slice(one.index * size * size, (one.index + 1) * size * size),
    },
    ["conv2d"],
  );
  expect(maps.result.data[(one.unit[0] * size + one.unit[1]) * 8 + 2]).toBeCloseTo(one.value, 5);
  expect(one.window.bottom - one.window.top).toBeLessThanOrEqual(5);
  await expect(topExamples(model, examples.x, { layer: "conv2d", channel: 8 })).rejects.toThrow(
    /0 to 7/,
  );
});

test("histograms count every number once", async () => {
  const rows = await histograms(model, examples.x, { y: examples.y });
  expect(rows.map(({ layer }) => layer)).toEqual(["conv2d", "conv2d_1", "dense"]);
  const total = ({ counts }: { counts: readonly number[] }) => counts.reduce((a, b) => a + b, 0);
  expect(total(rows[0].weights)).toBe(5 * 5 * 8 + 8);
  expect(total(rows[0].gradients)).toBe(5 * 5 * 8 + 8);
  expect(total(rows[0].activations)).toBe(24 * 24 * 24 * 8);
  expect(rows.every(({ gradients }) => gradients.deviation > 0)).toBe(true);
  const few = histogramOf([0, 1, 1, 2, Number.NaN], 2);
  expect(few).toMatchObject({
    counts: [1, 3],
    edges: [0, 1, 2],
    mean: 1,
    zeros: 0.2,
    notFinite: 1,
  });
  expect(histogramOf([3, 3], 2).counts).toEqual([0, 2]);
});

test("waves are an orthonormal basis, of even and of odd lines", () => {
  for (const length of [7, 8]) {
    const basis = wavesOf(length);
    for (let a = 0; a < length; a++) {
      for (let b = 0; b < length; b++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += basis[i * length + a] * basis[i * length + b];
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  }
});

test("gradient ascent finds pictures that excite a channel more than any example", async () => {
  const choice = { layer: "conv2d_1", channel: 4, steps: 60, seed: 2 };
  const { pictures, answers } = await visualize(model, { ...choice, count: 2 });
  expect(pictures.map(({ shape }) => shape)).toEqual([
    [size, size, 1],
    [size, size, 1],
  ]);
  expect(answers).toHaveLength(61);
  const means: number[] = [];
  for (let n = 0; n < 24; n++) {
    const data = examples.x.data.slice(n * size * size, (n + 1) * size * size);
    const [{ result }] = await features(model, { ...picture, data }, ["conv2d_1"]);
    means.push(result.data.filter((_, i) => i % 12 === 4).reduce((a, b) => a + b, 0) / 144);
  }
  expect(answers[60]).toBeGreaterThan(Math.max(...means));
  const again = await visualize(model, { ...choice, count: 2 });
  expect(again.answers).toEqual(answers);
});

test("a class is excited by pictures that the model takes for it", async () => {
  for (const channel of [0, 1]) {
    const { pictures } = await visualize(model, { channel, steps: 60 });
    const data = Float32Array.from(pictures[0].data, (value) => value / 255);
    const predicted = await model.predict({ data, shape: [1, size, size, 1] });
    expect(predicted.data[channel]).toBeGreaterThan(0.9);
  }
});

test("diversity keeps pictures apart", async () => {
  const choice = { layer: "conv2d_1", channel: 4, steps: 40, count: 2 };
  const apart = async (diversity: number) => {
    const { pictures } = await visualize(model, { ...choice, diversity });
    const maps: number[][] = [];
    for (const { data, shape } of pictures) {
      const floats = { data: Float32Array.from(data, (value) => value / 255), shape };
      const [{ result }] = await features(model, floats, ["conv2d_1"]);
      maps.push(gram(result.data, 12));
    }
    return cosine(maps[0], maps[1]);
  };
  expect(await apart(300)).toBeLessThan(await apart(0));
});

function gram(data: Float32Array, channels: number): number[] {
  const sums = new Array<number>(channels * channels).fill(0);
  for (let at = 0; at < data.length; at += channels) {
    for (let a = 0; a < channels; a++) {
      for (let b = 0; b < channels; b++) sums[a * channels + b] += data[at + a] * data[at + b];
    }
  }
  return sums;
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
