// Functions on boxes against torchvision (vision/make_torchvision.py) and TensorFlow (vision/make_others.py).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Tensor, tensor } from "../../src/core/tensor.ts";
import { WasmDevice } from "../../src/machine/wasm/index.ts";
import { input } from "../../src/nn/input.ts";
import { roiAlign } from "../../src/nn/layers/roi-align.ts";
import { Network } from "../../src/nn/network.ts";
import { Model } from "../../src/train/model.ts";
import * as vision from "../../src/vision/index.ts";
import { classes, textHash, uniform } from "./shared-numbers.ts";
import { Draws, randomBoxes } from "./vision/random-sets.ts";

type Kept = readonly number[] | { readonly count: number; readonly hash: number };

interface TorchvisionFixture {
  readonly overlaps: Readonly<Record<OverlapName, readonly number[]>>;
  readonly suppression: Readonly<Record<string, { readonly plain: Kept; readonly byClass: Kept }>>;
  readonly roiAlign: Readonly<Record<string, readonly number[]>>;
  readonly offsets: { readonly encoded: readonly number[]; readonly decoded: readonly number[] };
  readonly matches: Readonly<Record<string, readonly number[]>>;
}

interface OthersFixture {
  readonly soft: Readonly<
    Record<string, { readonly indices: readonly number[]; readonly scores: readonly number[] }>
  >;
}

const overlaps = {
  boxIou: vision.boxIou,
  generalizedBoxIou: vision.generalizedBoxIou,
  distanceBoxIou: vision.distanceBoxIou,
  completeBoxIou: vision.completeBoxIou,
};
type OverlapName = keyof typeof overlaps;

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`vision/${name}.json`, import.meta.url), "utf8"));
const torchvision: TorchvisionFixture = read("torchvision");
const others: OthersFixture = read("others");

function farthest(found: ArrayLike<number>, wanted: readonly number[]): number {
  expect(found.length).toBe(wanted.length);
  return wanted.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0);
}

test.each(["boxIou", "generalizedBoxIou", "distanceBoxIou", "completeBoxIou"] as const)(
  "%s is that of torchvision to 1e-6",
  (name) => {
    const draws = new Draws(1);
    const [a, b] = [randomBoxes(draws, 12, 40), randomBoxes(draws, 10, 40)];
    b.data.set(a.data.subarray(0, 12));
    expect(farthest(overlaps[name](a, b).data, torchvision.overlaps[name])).toBeLessThan(1e-6);
  },
);

/** Some boxes again and again in other places, with coarse scores. */
function many(count: number, extent: number) {
  const some = randomBoxes(new Draws(2), 200, 60).data;
  const shifts = uniform(4, [count, 2], 0, extent).data;
  const data = Float32Array.from(
    { length: 4 * count },
    (_, i) => some[i % 800] + shifts[2 * (i >> 2) + (i % 2)],
  );
  const scores = uniform(5, [count], 0, 1).data.map((score) => Math.floor(score * 1000) / 1000);
  return { boxes: tensor(data, [count, 4]), scores };
}

const digest = (kept: Int32Array): Kept =>
  kept.length <= 200 ? [...kept] : { count: kept.length, hash: textHash(kept.join(",")) };

test.each(Object.entries(torchvision.suppression))(
  "non-maximum suppression keeps the rows that torchvision keeps: %s",
  (name, wanted) => {
    const [count, extent, iouThreshold] = name.split(" ").map(Number);
    const { boxes, scores } = many(count, extent);
    const labels = classes(3, count, 5).data;
    expect(digest(vision.nonMaximumSuppression(boxes, scores, { iouThreshold }))).toEqual(
      wanted.plain,
    );
    const byClass = vision.nonMaximumSuppression(boxes, scores, { iouThreshold, classes: labels });
    expect(digest(byClass.toSorted())).toEqual(wanted.byClass);
  },
);

test.each(Object.entries(others.soft))(
  "soft non-maximum suppression with sigma %s is that of TensorFlow to 1e-5",
  (sigma, wanted) => {
    const boxes = randomBoxes(new Draws(12), 120, 60);
    const scores = uniform(13, [120], 0, 1).data;
    const kept = vision.softNonMaximumSuppression(boxes, scores, {
      sigma: Number(sigma),
      scoreThreshold: 0.1,
    });
    expect([...kept.indices]).toEqual(wanted.indices);
    expect(farthest(kept.scores, wanted.scores)).toBeLessThan(1e-5);
  },
);

test.each(Object.entries(torchvision.roiAlign))(
  "RoI align with ratio, scale, aligned %s is that of torchvision to 1e-5",
  (name, wanted) => {
    const [ratio, scale, aligned] = name.split(" ");
    const features = uniform(7, [2, 12, 10, 3], -1, 1);
    const boxes: Tensor<Float32Array> = randomBoxes(new Draws(6), 8, 20);
    boxes.data.set([-8, -6.25, 3, 5, 4, 4, 4.2, 4.1, 0, 0, 10, 12]);
    const parts = vision.roiAlign(features, boxes, {
      outputSize: [3, 2],
      pictures: classes(8, 8, 2).data,
      spatialScale: Number(scale),
      ...(ratio === "-1" ? {} : { samplingRatio: Number(ratio) }),
      aligned: aligned === "True",
    });
    expect(parts.shape).toEqual([8, 3, 2, 3]);
    expect(farthest(parts.data, wanted)).toBeLessThan(1e-5);
  },
);

test.each(Object.entries(torchvision.roiAlign).filter(([name]) => !name.startsWith("-1")))(
  "the layer roiAlign with ratio, scale, aligned %s is that of torchvision to 1e-5",
  async (name, wanted) => {
    const [ratio, scale, aligned] = name.split(" ");
    const features = input({ shape: [12, 10, 3] });
    const places = input({ shape: [8, 4] });
    const layer = roiAlign({
      outputSize: [3, 2],
      spatialScale: Number(scale),
      samplingRatio: Number(ratio),
      aligned: aligned === "True",
    });
    const outputs = layer.apply([features, places]);
    const device = await WasmDevice.open({ threads: 1 });
    const network = new Network({ name: "parts", inputs: [features, places], outputs });
    const model = new Model(network, { device });
    const boxes = randomBoxes(new Draws(6), 8, 20);
    boxes.data.set([-8, -6.25, 3, 5, 4, 4, 4.2, 4.1, 0, 0, 10, 12]);
    // All boxes in both pictures, of which each box belongs to one.
    const twice = tensor(Float32Array.of(...boxes.data, ...boxes.data), [2, 8, 4]);
    const parts = await model.predict([uniform(7, [2, 12, 10, 3], -1, 1), twice]);
    const size = 3 * 2 * 3;
    const own = [...classes(8, 8, 2).data].flatMap((picture, box) => {
      const at = (picture * 8 + box) * size;
      return [...parts.data.subarray(at, at + size)];
    });
    expect(farthest(own, wanted)).toBeLessThan(1e-5);
    await device.close();
  },
);

test("offsets are those of torchvision's BoxCoder to 1e-4, and lead back to the box", () => {
  const draws = new Draws(9);
  const [truth, anchors] = [randomBoxes(draws, 20, 60), randomBoxes(draws, 20, 60)];
  const options = { weights: [10, 10, 5, 5] } as const;
  const encoded = vision.encodeBoxes(truth, anchors, options);
  expect(farthest(encoded.data, torchvision.offsets.encoded)).toBeLessThan(1e-4);
  const back = vision.decodeBoxes(encoded, anchors, options).data;
  expect(farthest(back, [...truth.data])).toBeLessThan(1e-3);
  const decoded = vision.decodeBoxes(uniform(10, [20, 4], -25, 25), anchors, options).data;
  // Boxes grow up to 62.5 times: thousands of pixels.
  const relative = torchvision.offsets.decoded.map((value, i) => {
    return Math.abs(decoded[i] - value) / (1 + Math.abs(value));
  });
  expect(Math.max(...relative)).toBeLessThan(1e-5);
});

test.each(Object.entries(torchvision.matches))(
  "matches by IoU are those of torchvision's Matcher: %s",
  (name, wanted) => {
    const [foreground, background, keepBest] = name.split(" ");
    const draws = new Draws(11);
    const [anchors, truth] = [randomBoxes(draws, 300, 60), randomBoxes(draws, 8, 60)];
    const { objects } = vision.matchByIou(anchors, truth, {
      foreground: Number(foreground),
      background: Number(background),
      keepBest: keepBest === "True",
    });
    expect([...objects]).toEqual(wanted);
  },
);
