// Pictures in the middle of images: boxes come back where they were, and the picture lies where images.resize puts it.

import { expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { resize } from "../../../src/images/resize.ts";
import {
  intoLetterbox,
  letterboxOf,
  outOfLetterbox,
} from "../../../src/vision/detection/letterbox.ts";

const sizes = [
  [480, 640],
  [640, 480],
  [33, 500],
  [500, 7],
  [320, 320],
  [1, 1],
] as const;

test.each(sizes)("a picture of %i x %i: boxes come back", (height, width) => {
  const random = new RandomStream(1);
  for (const image of [
    [320, 320],
    [256, 320],
    [64, 32],
  ] as const) {
    const box = letterboxOf([height, width], image);
    const [x, y] = [width * random.uniform(), height * random.uniform()];
    const boxes = Float32Array.of(x / 2, y / 2, x, y, 0, 0, width, height);
    const there = intoLetterbox(boxes, box);
    for (const [i, edge] of there.entries()) {
      expect(edge).toBeGreaterThanOrEqual(0);
      expect(edge).toBeLessThanOrEqual(image[1 - (i % 2)]);
    }
    const back = outOfLetterbox(there, box, [height, width]);
    back.forEach((edge, i) => {
      expect(Math.abs(edge - boxes[i])).toBeLessThanOrEqual(1e-3 * Math.max(1, boxes[i]));
    });
  }
});

test.each(sizes)("a picture of %i x %i lies where images.resize puts it", (height, width) => {
  const image = { data: new Uint8Array(height * width).fill(255), shape: [height, width, 1] };
  const { data } = resize(image, { size: [64, 96], mode: "contain", fillValue: 0 });
  const { inner, top, left } = letterboxOf([height, width], [64, 96]);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 96; x++) {
      const isInside = y >= top && y < top + inner[0] && x >= left && x < left + inner[1];
      expect(data[y * 96 + x] > 0).toBe(isInside);
    }
  }
});

test("what leaves the picture is cut off", () => {
  const box = letterboxOf([100, 200], [64, 64]);
  const back = outOfLetterbox(Float32Array.of(-10, 0, 90, 64), box, [100, 200]);
  expect([...back]).toEqual([0, 0, 200, 100]);
});
