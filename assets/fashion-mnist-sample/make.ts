// Draws the sample that lies beside this file from the full Fashion-MNIST. The same seed gives the same
// images in the same order. Run it with: npx tsx assets/fashion-mnist-sample/make.ts

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { RandomStream } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/shape.ts";
import type { LoadedDataset } from "../../src/data/datasets/dataset.ts";
import { fashionMnist, fashionMnistRecord } from "../../src/data/datasets/fashion-mnist.ts";
import { countExamples, type Examples } from "../../src/data/examples.ts";
import { encodeIdx, type IdxArray } from "../../src/data/idx.ts";

/** The arXiv number of the dataset's paper. */
const seed = 1708_07747;

/** The rows of `examples` that are drawn: `perClass` of each class, shuffled. */
function draw(examples: Examples, perClass: number, random: RandomStream): Int32Array {
  const rows = fashionMnistRecord.classNames.flatMap((_, label) => {
    const ofClass = [...examples.y.data.keys()].filter((row) => examples.y.data[row] === label);
    return [...random.permutation(ofClass.length).subarray(0, perClass)].map((i) => ofClass[i]);
  });
  return random.permutation(rows.length).map((i) => rows[i]);
}

function takeRows(values: Examples["x"] | Examples["y"], rows: Int32Array): Uint8Array {
  const rowSize = sizeOf(values.shape.slice(1));
  const taken = new Uint8Array(rows.length * rowSize);
  rows.forEach((row, i) => {
    taken.set(values.data.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize);
  });
  return taken;
}

function write(name: string, data: IdxArray, shape: readonly number[]): void {
  const packed = gzipSync(encodeIdx({ data, shape }), { level: 9 });
  writeFileSync(join(import.meta.dirname, name), packed);
  console.log(`${name}: [${shape.join(", ")}], ${packed.length.toLocaleString("en-US")} bytes`);
}

async function loadFullSet(): Promise<LoadedDataset> {
  const full = await fashionMnist.load();
  console.log(full.source);
  if (countExamples(full.train) === 60_000 && countExamples(full.test) === 10_000) return full;
  throw new Error("The sample must be drawn from the full set of 60,000 and 10,000 images.");
}

const { train, test } = await loadFullSet();
const { files, imageSize } = fashionMnistRecord;
const trainRows = draw(train, 1_200, new RandomStream(seed, 0));
const testRows = draw(test, 200, new RandomStream(seed, 1));
write(files.trainImages.name, takeRows(train.x, trainRows), [trainRows.length, ...imageSize]);
write(files.trainLabels.name, takeRows(train.y, trainRows), [trainRows.length]);
write(files.testImages.name, takeRows(test.x, testRows), [testRows.length, ...imageSize]);
write(files.testLabels.name, takeRows(test.y, testRows), [testRows.length]);
