// Prediction of pictures of any size: tiles give what the whole picture would, seams are blended, and measures are those
// of plain counting.

import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { input, layers, model as modelOf, type Tensor, vision } from "../../../src/index.ts";
import { tilingOf } from "../../../src/vision/segmentation/tiles.ts";
import { annotated, telling } from "./pictures.ts";

/** Each pixel gets the class that its grey tells, whatever lies around it. */
async function tellingModel(size: readonly number[], classes = 4) {
  const x = input({ shape: [...size, 1] });
  const y = layers.conv2d({ filters: classes, kernelSize: 1, activation: "softmax" }).apply(x);
  const model = modelOf({ inputs: x, outputs: y });
  const [kernel, bias] = [...(await model.getWeights()).keys()];
  // Scores c · x - 20 · c²: largest for the class whose grey is nearest to 40 · c.
  const slope = Float32Array.from({ length: classes }, (_, c) => c);
  const offset = Float32Array.from({ length: classes }, (_, c) => -20 * c * c - 10 * c);
  await model.setWeights(
    new Map([
      [kernel, { data: slope, shape: [1, 1, 1, classes] }],
      [bias, { data: offset, shape: [classes] }],
    ]),
  );
  return model;
}

/** What a model with the picture's own size gives: no tiles at all. */
async function smoothModel(size: readonly number[]) {
  const x = input({ shape: [...size, 1] });
  const y = layers
    .averagePooling2d({ poolSize: 5, strides: 1, padding: "same" })
    .apply(layers.rescaling({ scale: 1 / 255 }).apply(x));
  return modelOf({ inputs: x, outputs: y });
}

const random = new RandomStream(3, 1);

describe("tiles", () => {
  test.each([
    [100, 32, 0.25],
    [33, 32, 0.5],
    [32, 32, 0.25],
    [7, 32, 0.25],
    [1000, 64, 0],
    [999, 64, 0.9],
  ])("cover %i places by results of %i that overlap by %d", (length, size, overlap) => {
    const { starts, totals, weights } = tilingOf(length, size, overlap);
    expect(Math.min(...totals)).toBeGreaterThan(0);
    expect(Math.min(...weights)).toBeGreaterThan(0);
    if (length <= size) {
      expect(starts.map((start) => start + Math.floor((size - length) / 2))).toEqual([0]);
      return;
    }
    expect(starts[0]).toBe(0);
    expect(starts.at(-1)).toBe(length - size);
    const gaps = starts.slice(1).map((start, i) => start - starts[i]);
    expect(Math.max(0, ...gaps)).toBeLessThanOrEqual(Math.max(1, size * (1 - overlap)));
  });

  test.each([
    [
      [77, 130],
      [32, 48],
    ],
    [
      [20, 130],
      [32, 48],
    ],
    [
      [5, 3],
      [32, 16],
    ],
    [
      [64, 64],
      [64, 64],
    ],
    [
      [1, 1],
      [8, 8],
    ],
  ])("pictures %j get every pixel's class from tiles %j", async (size, tile) => {
    const model = await tellingModel(tile);
    const { image, target } = telling(size[0], size[1], () => random.below(4));
    for (const options of [{}, { overlap: 0.6, batchSize: 3 }, { mirrored: true }]) {
      expect(await vision.predictMask(model, image, options)).toEqual(target);
    }
    await model.dispose();
  });

  test("far from their edges give what the whole picture gives, and no seam", async () => {
    const [height, width] = [150, 140];
    const { image } = telling(height, width, (y, x) => Number(Math.hypot(y - 60, x - 70) < 45));
    image.data.set(image.data.map((level) => 3 * level + random.below(40)));
    const [whole, tiled] = await Promise.all([smoothModel([height, width]), smoothModel([64, 64])]);
    const one = await vision.predictMask(whole, image, { threshold: 0.4 });
    const many = await vision.predictMask(tiled, image, { threshold: 0.4, overlap: 0.5 });
    let inside = 0;
    let different = 0;
    one.data.forEach((label, i) => {
      const [y, x] = [Math.floor(i / width), i % width];
      if (Math.min(y, x, height - 1 - y, width - 1 - x) < 3) return;
      inside++;
      if (label !== many.data[i]) different++;
    });
    expect(inside).toBeGreaterThan(19_000);
    // At the edge of a tile padding has a part in the mean, and weighs least.
    expect(different).toBeLessThan(inside / 200);
    await Promise.all([whole.dispose(), tiled.dispose()]);
  });

  test("of a network with valid convolutions see what lies around their results", async () => {
    const x = input({ shape: [32, 32, 1] });
    const y = layers.conv2d({ filters: 1, kernelSize: 9, padding: "valid" }).apply(x);
    const model = modelOf({ inputs: x, outputs: y });
    const [kernel, bias] = [...(await model.getWeights()).keys()];
    // Nine rows and columns around a pixel count alike.
    await model.setWeights(
      new Map([
        [kernel, { data: new Float32Array(81).fill(1 / 81 / 50), shape: [9, 9, 1, 1] }],
        [bias, { data: new Float32Array(1), shape: [1] }],
      ]),
    );
    const { image } = telling(70, 51, () => random.below(2));
    const map = await vision.predictMask(model, image);
    const mirror = (at: number, length: number) =>
      at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
    const meanAt = (y: number, x: number) => {
      let sum = 0;
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          sum += image.data[mirror(y + dy, 70) * 51 + mirror(x + dx, 51)];
        }
      }
      return sum / 81;
    };
    const wrong = Array.from(map.data).filter((label, i) => {
      const mean = meanAt(Math.floor(i / 51), i % 51);
      return Math.abs(mean - 25) > 1e-3 && label !== Number(mean >= 25);
    });
    expect(wrong).toEqual([]);
    await model.dispose();
  });
});

test("a single score is compared with the threshold", async () => {
  const model = await smoothModel([16, 16]);
  const image: Tensor<Uint8Array> = { data: new Uint8Array(400).fill(128), shape: [20, 20, 1] };
  const classes = async (threshold: number) =>
    new Set((await vision.predictMask(model, image, { threshold })).data);
  expect(await classes(0.45)).toEqual(new Set([1]));
  expect(await classes(0.55)).toEqual(new Set([0]));
  await model.dispose();
});

test("colour pictures are made grey for a model of grey ones", async () => {
  const model = await tellingModel([16, 16]);
  const { image, target } = telling(20, 20, (y) => y % 4);
  const colours = Uint8Array.from({ length: 1200 }, (_, i) => image.data[Math.floor(i / 3)]);
  const map = await vision.predictMask(model, { data: colours, shape: [20, 20, 3] });
  expect(map).toEqual(target);
  await model.dispose();
});

test.each([
  [{ overlap: 1 }, "overlap"],
  [{ batchSize: 0 }, "batchSize"],
  [{ threshold: 2 }, "threshold"],
  [{ mirror: true }, 'did you mean "mirrored"?'],
])("%j is refused", async (options, message) => {
  const model = await smoothModel([16, 16]);
  const { image } = telling(20, 20, () => 0);
  await expect(vision.predictMask(model, image, options as object)).rejects.toThrow(message);
});

describe("measures", () => {
  test("are those of counting pixels, the unknown ones left out", async () => {
    const model = await tellingModel([16, 16], 3);
    const first = telling(24, 20, () => random.below(3));
    const second = telling(10, 30, () => random.below(2));
    for (const { target } of [first, second]) {
      target.data.forEach((_, i, labels) => {
        if (random.uniform() < 0.2) labels[i] = random.below(2);
        if (random.uniform() < 0.1) labels[i] = 255;
      });
    }
    const pictures = annotated([first, second], ["a", "b", "c"]);
    const made = await vision.assessSegmentation(model, pictures);
    const truth = [...first.target.data, ...second.target.data];
    const found = [...first.image.data, ...second.image.data].map((level) => (level - 10) / 40);
    const count = (test: (y: number, p: number) => boolean) =>
      truth.filter((y, i) => y !== 255 && test(y, found[i])).length;
    const ious = [0, 1, 2].map(
      (c) => count((y, p) => y === c && p === c) / count((y, p) => y === c || p === c),
    );
    expect(made.perClass.map(({ iou }) => iou)).toEqual(ious);
    expect(made.meanIou).toBeCloseTo((ious[0] + ious[1] + ious[2]) / 3, 12);
    const dices = ious.map((iou) => (2 * iou) / (1 + iou));
    expect(made.meanDice).toBeCloseTo((dices[0] + dices[1] + dices[2]) / 3, 12);
    expect(made.pixelAccuracy).toBe(count((y, p) => y === p) / count(() => true));
    expect(made.perClass[2].pixels).toBe(count((y) => y === 2));
    expect(made.perClass[1].recall).toBe(
      count((y, p) => y === 1 && p === 1) / count((y) => y === 1),
    );
    expect(made.perClass[1].precision).toBe(
      count((y, p) => y === 1 && p === 1) / count((_, p) => p === 1),
    );
    expect(made.pictures).toBe(2);
    await model.dispose();
  });

  test("leave out of the mean classes that never occur", async () => {
    const model = await tellingModel([16, 16], 4);
    const pictures = annotated([telling(16, 16, (y) => Number(y > 3))], ["a", "b", "c", "d"]);
    const { meanIou, perClass } = await vision.assessSegmentation(model, pictures);
    expect(meanIou).toBe(1);
    expect(perClass[3].iou).toBeNaN();
    await model.dispose();
  });
});
