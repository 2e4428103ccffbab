// Red and blue noise: what is random about it, what is not, and sizes that cannot be.

import { expect, test } from "vitest";
import { redBlue } from "../../src/data/datasets/red-blue.ts";
import type { Examples } from "../../src/data/examples.ts";

/** The mean of each channel over the images of a class. */
function means({ x, y }: Examples, label: number): number[] {
  const [, height, width] = x.shape;
  const length = height * width * 3;
  const sums = [0, 0, 0];
  let count = 0;
  y.data.forEach((one: number, row: number) => {
    if (one !== label) return;
    count += height * width;
    const image = x.data.subarray(row * length, (row + 1) * length);
    image.forEach((value: number, i: number) => {
      sums[i % 3] += value;
    });
  });
  return sums.map((sum) => sum / count);
}

test("one channel is raised by 0.3 and cut off, the others are uniform", async () => {
  const { train, test: held, source } = await redBlue.load({ size: 32 });
  expect(source).toBe("made: 800 training and 200 test images");
  expect(train.x.shape).toEqual([800, 32, 32, 3]);
  // E[min(1, u + 0.3)] = 1 - 0.7² / 2.
  const raised = (1 - 0.49 / 2) * 255;
  for (const set of [train, held]) {
    expect(set.classNames).toEqual(["blue", "red"]);
    const [red, green, blue] = means(set, 0);
    for (const [mean, wanted] of [
      [red, 127.5],
      [green, 127.5],
      [blue, raised],
    ]) {
      expect(Math.abs(mean - wanted)).toBeLessThan(1);
    }
    expect(Math.abs(means(set, 1)[0] - raised)).toBeLessThan(1);
    expect(set.y.data.filter((label: number) => label === 1).length).toBe(set.y.data.length / 2);
  }
});

test("the seed decides, and each image has numbers of its own", async () => {
  const make = async (seed: number) =>
    (await redBlue.load({ size: [5, 7], count: 20, seed })).train.x;
  expect(await make(1)).toEqual(await make(1));
  expect(await make(1)).not.toEqual(await make(2));
  const { data, shape } = await make(1);
  expect(shape).toEqual([16, 5, 7, 3]);
  expect(data.subarray(0, 105)).not.toEqual(data.subarray(210, 315));
});

test.each([
  { size: 0 },
  { size: 3.5 },
  { size: [8] },
  { size: 5000 },
  { count: 3 },
  { count: 1e9 },
  { seed: 0.5 },
  { source: "download" },
])("%j is refused", async (options) => {
  await expect(redBlue.load(options as object)).rejects.toThrow(/cannot be used|no source/);
});
