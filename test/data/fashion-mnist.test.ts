// The sample that ships with Fovea, and the real Fashion-MNIST where Debian's package is installed.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { fashionMnist, fashionMnistRecord } from "../../src/data/datasets/fashion-mnist.ts";
import type { Examples } from "../../src/data/examples.ts";

const { files, system, sampleFolder = "" } = fashionMnistRecord;
const systemFolder = system?.folder ?? "";

function needsPackage({ skip }: TestContext): void {
  if (!existsSync(systemFolder)) skip("Debian's package dataset-fashion-mnist is not installed");
}

/** How many images each class has. */
function countClasses({ y }: Examples): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const label of y.data) counts[label]++;
  return counts;
}

/** One string for each image: its pixels and its label. */
function fingerprints({ x, y }: Examples): string[] {
  return Array.from(y.data, (label, row) => {
    const pixels = x.data.subarray(row * 784, (row + 1) * 784) as Uint8Array;
    return `${label}:${Buffer.from(pixels).toString("latin1")}`;
  });
}

test("the sample has 1,200 training and 200 test images of each class", async () => {
  const { source, train, test: testSet } = await fashionMnist.load({ source: "sample" });
  expect(source).toBe("sample shipped with Fovea: 12,000 training and 2,000 test images");
  expect(train.x.shape).toEqual([12_000, 28, 28, 1]);
  expect(testSet.x.shape).toEqual([2_000, 28, 28, 1]);
  expect(countClasses(train)).toEqual(new Array(10).fill(1_200));
  expect(countClasses(testSet)).toEqual(new Array(10).fill(200));
});

test("the sample is shuffled: every hundred images hold every class", async () => {
  const { train } = await fashionMnist.load({ source: "sample" });
  for (let from = 0; from < 12_000; from += 100) {
    expect(new Set(train.y.data.subarray(from, from + 100)).size).toBeGreaterThanOrEqual(9);
  }
});

test("the sample comes with its licence and its authors", async () => {
  const licence = await readFile(join(sampleFolder, "LICENSE"), "utf8");
  expect(licence).toMatch(/MIT License.*Zalando SE.*shall be included in all copies/s);
});

test("the full set has 6,000 training and 1,000 test images of each class", async (context) => {
  needsPackage(context);
  const { source, train, test: testSet } = await fashionMnist.load({ source: "system" });
  expect(source).toMatch(/^system package dataset-fashion-mnist: 60,000 training and 10,000 test/);
  expect(countClasses(train)).toEqual(new Array(10).fill(6_000));
  expect(countClasses(testSet)).toEqual(new Array(10).fill(1_000));
});

test("every image of the sample occurs in the full set, with its label", async (context) => {
  needsPackage(context);
  const full = await fashionMnist.load({ source: "system" });
  const sample = await fashionMnist.load({ source: "sample" });
  for (const set of ["train", "test"] as const) {
    const real = new Set(fingerprints(full[set]));
    expect(fingerprints(sample[set]).filter((image) => !real.has(image)).length).toBe(0);
  }
});

test("no image is drawn twice, but for those that the full set has twice", async (context) => {
  needsPackage(context);
  const full = await fashionMnist.load({ source: "system" });
  const sample = await fashionMnist.load({ source: "sample" });
  const repeated = (examples: Examples) => {
    const images = fingerprints(examples);
    return images.length - new Set(images).size;
  };
  expect(repeated(sample.train)).toBeLessThanOrEqual(repeated(full.train));
  expect(repeated(sample.test)).toBeLessThanOrEqual(repeated(full.test));
});

// Debian took the name and time out of gzip's header. With both put back, the files are the
// published ones: so the sizes and MD5s that downloads are checked against are right.
test.for([
  [files.trainImages, 1_504_176_606],
  [files.trainLabels, 1_504_176_606],
  [files.testImages, 1_504_176_627],
  [files.testLabels, 1_504_176_627],
] as const)(
  "a published MD5 is that of Debian's file with its header put back (%#)",
  async ([file, time], context) => {
    needsPackage(context);
    const packed = await readFile(join(systemFolder, file.name));
    const header = Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]);
    header.writeUInt32LE(time, 4);
    const name = Buffer.from(`${file.name.replace(".gz", "")}\0`);
    const original = Buffer.concat([header, name, packed.subarray(10)]);
    expect(original.length).toBe(file.bytes);
    expect(createHash("md5").update(original).digest("hex")).toBe(file.md5);
  },
);
