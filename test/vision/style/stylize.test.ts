// Pictures repainted by a small network: what the options do, what is said on the way, and what cannot be used.

import { afterAll, expect, test } from "vitest";
import type { Tensor } from "../../../src/core/tensor.ts";
import { grayscale } from "../../../src/images/color.ts";
import { progressStrip, stylize } from "../../../src/vision/style/stylize.ts";
import type { StylizeOptions, StylizeProgress } from "../../../src/vision/style/stylize-options.ts";
import { disc, network, stripes } from "./pictures.ts";

type Picture = Tensor<Uint8Array>;

const features = network();
afterAll(() => features.dispose());
const photo = disc(48, 64);
const paint = stripes(60, 50);
const weights = { contentWeight: 1, styleWeight: 10, totalVariationWeight: 1 };
const quick: StylizeOptions = { features, size: 64, steps: 6, ...weights, onWarning: () => {} };

/** The mean of each channel. */
const means = ({ data }: Picture) =>
  [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = c; i < data.length; i += 3) sum += data[i];
    return (3 * sum) / data.length;
  });

const meanDistance = (a: Picture, b: Picture) =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / a.data.length;

test("the style comes nearer and the loss falls", async () => {
  const seen: StylizeProgress[] = [];
  const result = await stylize(photo, paint, {
    ...quick,
    steps: 25,
    onProgress: (p) => seen.push(p),
  });
  expect(result.picture.shape).toEqual([48, 64, 3]);
  expect(result.steps).toBe(25);
  expect(result.evaluations).toBeGreaterThanOrEqual(26);
  expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  expect(result.style).toBeLessThan(0.5 * seen[0].style);
  for (const [i, { loss }] of seen.slice(1).entries())
    expect(loss).toBeLessThanOrEqual(seen[i].loss);
  expect(result.loss).toBe(seen[24].loss);
  const { content, style, totalVariation } = result;
  const sum = content + weights.styleWeight * style + totalVariation;
  expect(sum / result.loss).toBeCloseTo(1, 5);
}, 240_000);

test("the same seed gives the same bytes, another one others", async () => {
  const options = { ...quick, start: "noise", steps: 3 } as const;
  const [a, b] = [await stylize(photo, paint, options), await stylize(photo, paint, options)];
  expect(a.picture).toEqual(b.picture);
  const c = await stylize(photo, paint, { ...options, seed: 1 });
  expect(c.picture.data).not.toEqual(a.picture.data);
}, 240_000);

test("levels double the size, and begin with what was there", async () => {
  const seen: StylizeProgress[] = [];
  const options = { ...quick, size: 256, levels: 3, steps: [4, 2, 1] };
  const result = await stylize(photo, paint, { ...options, onProgress: (p) => seen.push(p) });
  expect(seen.map(({ size }) => size.join(" x "))).toEqual([
    ...Array(4).fill("48 x 64"),
    ...Array(2).fill("96 x 128"),
    "192 x 256",
  ]);
  expect(seen.map(({ level }) => level)).toEqual([1, 1, 1, 1, 2, 2, 3]);
  expect(result.picture.shape).toEqual([192, 256, 3]);
}, 240_000);

test("pictures on the way are kept, and make a strip", async () => {
  const result = await stylize(photo, paint, { ...quick, steps: 5, progressEvery: 2 });
  expect(result.progress.map(({ step }) => step)).toEqual([2, 4, 5]);
  expect(result.progress[2].picture).toEqual(result.picture);
  expect(result.progress[0].loss).toBeGreaterThan(result.progress[2].loss);
  const strip = await progressStrip(result);
  expect(strip.shape[1]).toBeGreaterThan(3 * 96);
}, 240_000);

test("a signal ends the work, and the picture so far is there", async () => {
  const abort = new AbortController();
  const result = await stylize(photo, paint, {
    ...quick,
    size: 128,
    levels: 2,
    steps: 50,
    signal: abort.signal,
    onProgress: ({ step }) => {
      if (step === 3) abort.abort();
    },
  });
  expect(result).toMatchObject({ isStopped: true, steps: 3 });
  expect(result.picture.shape).toEqual([96, 128, 3]);
  const begun = await stylize(photo, paint, { ...quick, signal: abort.signal });
  expect(begun).toMatchObject({ isStopped: true, steps: 0 });
  expect(begun.picture.shape).toEqual([48, 64, 3]);
}, 240_000);

test("colours are those of the style, or are kept", async () => {
  const own = means(photo);
  const apart = (picture: Picture) =>
    Math.max(...means(picture).map((mean, c) => Math.abs(mean - own[c])));
  const of = async (color: StylizeOptions["color"]) =>
    (await stylize(photo, paint, { ...quick, steps: 30, color: color ?? "style" })).picture;
  const [style, histogram, luminance] = [
    await of("style"),
    await of("histogram"),
    await of("luminance"),
  ];
  expect(apart(histogram)).toBeLessThan(apart(style));
  // Brightness has changed, but not the differences between channels.
  const resized = (
    await stylize(photo, paint, {
      ...quick,
      steps: 1,
      contentWeight: 1,
      styleWeight: 0,
      color: "luminance",
    })
  ).picture;
  expect(meanDistance(grayscale(luminance), grayscale(resized))).toBeGreaterThan(0.5);
  let chroma = 0;
  for (let i = 0; i < photo.data.length; i += 3) {
    const levels = [...photo.data.subarray(i, i + 3), ...luminance.data.subarray(i, i + 3)];
    // Where nothing is cut off at black or white.
    if (levels.some((level) => level === 0 || level === 255)) continue;
    const [r, g, , r2, g2] = levels;
    chroma = Math.max(chroma, Math.abs(r - g - (r2 - g2)));
  }
  expect(chroma).toBeLessThanOrEqual(1);
}, 240_000);

test("a style of one pixel is left out where there are others, and refused where there are none", async () => {
  const pixel = { data: Uint8Array.of(9, 9, 9), shape: [1, 1, 3] };
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const result = await stylize(photo, [pixel, paint], { ...quick, onWarning, mix: [5, 1] });
  expect(result.skipped).toEqual([{ index: 0, reason: expect.stringContaining("1 x 1 pixels") }]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Style picture 1 of 2 is left out: .*8 x 8\.$/),
  ]);
  expect(result.picture).toEqual((await stylize(photo, paint, quick)).picture);
  await expect(stylize(photo, pixel, quick)).rejects.toThrow(/No style picture can be used/);
  const strict = { ...quick, strict: true };
  await expect(stylize(photo, [pixel, paint], strict)).rejects.toThrow(/picture 1: it has 1 x 1/);
  await expect(stylize(photo, [], quick)).rejects.toThrow(/mix|No style/);
}, 240_000);

test("tiny, huge, grey and transparent pictures are taken, and strips of pixels are not", async () => {
  const tiny = await stylize(disc(10, 12), paint, { ...quick, steps: 1 });
  expect(tiny.picture.shape).toEqual([53, 64, 3]);
  const huge = await stylize(photo, stripes(1500, 1200), { ...quick, steps: 1 });
  expect(huge.picture.shape).toEqual([48, 64, 3]);
  const grey = grayscale(photo);
  const fromGrey = await stylize(grey, grayscale(paint), { ...quick, steps: 1 });
  expect(fromGrey.picture.shape).toEqual([48, 64, 3]);
  const sheer = { data: new Uint8Array(48 * 64 * 4).fill(128), shape: [48, 64, 4] };
  expect((await stylize(sheer, paint, { ...quick, steps: 1 })).picture.shape).toEqual([48, 64, 3]);
  await expect(stylize(disc(9, 900), paint, quick)).rejects.toThrow(/too narrow/);
  const numbers = { data: new Float32Array(48 * 64 * 3), shape: [48, 64, 3] };
  await expect(stylize(numbers as never, paint, quick)).rejects.toThrow(/bytes \[H, W, C\]/);
}, 240_000);

test("Adam and average pooling repaint, too", async () => {
  const options = { ...quick, optimizer: "adam", pooling: "average", steps: 20 } as const;
  const seen: number[] = [];
  await stylize(photo, paint, { ...options, onProgress: ({ loss }) => void seen.push(loss) });
  expect(seen[19]).toBeLessThan(0.7 * seen[0]);
}, 240_000);

test.each([
  [{ size: 16 }, /size/],
  [{ size: 4096 }, /size/],
  [{ steps: 0 }, /steps/],
  [{ steps: [1, 2] }, /1 of them/],
  [{ levels: 3 }, /levels/],
  [{ optimizer: "sgd" }, /"lbfgs", "adam"/],
  [{ color: "keep" }, /"style", "histogram", "luminance"/],
  [{ start: "style" }, /"content", "noise"/],
  [{ styleScale: 0 }, /styleScale/],
  [{ features: "vgg-91" }, /vgg-19|vgg-11/],
  [{ features: 3 }, /features/],
  [{ stile: 3 }, /style/],
])("the options %o are refused", async (options, message) => {
  const given = { ...quick, ...(options as object) };
  await expect(stylize(disc(32, 32), paint, { size: 32, ...given })).rejects.toThrow(message);
});

test("weights that are not numbers end the work", async () => {
  const broken = network();
  const values = await broken.getWeights();
  const bias = { data: new Float32Array(8).fill(Number.NaN), shape: [8] };
  await broken.setWeights(new Map([...values, ["a1/bias", bias]]));
  const run = stylize(photo, paint, { ...quick, features: broken });
  await expect(run).rejects.toThrow(/The loss of the picture is no number/);
  await broken.dispose();
});
