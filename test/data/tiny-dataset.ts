// A dataset of a few 2x2 images for the tests, with everything that a real one has, and the places
// where it can lie. Three classes; image `i` is filled with `i`.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll } from "vitest";
import type { IdxDataset } from "../../src/data/datasets/idx-dataset.ts";
import { encodeIdx } from "../../src/data/idx.ts";
import type { PublishedFile } from "../../src/data/published-file.ts";

export const fileNames = {
  trainImages: "train-images-idx3-ubyte.gz",
  trainLabels: "train-labels-idx1-ubyte.gz",
  testImages: "t10k-images-idx3-ubyte.gz",
  testLabels: "t10k-labels-idx1-ubyte.gz",
} as const;

/** The four files, by name, with `train` training and `test` test images. */
export function tinyFiles(train: number, test: number): Record<string, Uint8Array> {
  return {
    [fileNames.trainImages]: images(train),
    [fileNames.trainLabels]: labels(train),
    [fileNames.testImages]: images(test),
    [fileNames.testLabels]: labels(test),
  };
}

export function images(count: number, size = 2): Uint8Array {
  const data = Uint8Array.from({ length: count * size * size }, (_, i) => i / (size * size));
  return gzipSync(encodeIdx({ data, shape: [count, size, size] }));
}

/** CIFAR's records, whose bytes tell image, channel and pixel apart. */
export function cifarBatch(count: number, first = 0, labels: 1 | 2 = 1): Uint8Array {
  const bytes = labels + 3072;
  return Uint8Array.from({ length: count * bytes }, (_, i) => {
    const record = first + Math.floor(i / bytes);
    const isLabel = i % bytes < labels;
    // The superclass of CIFAR-100 first, then the class.
    return isLabel ? (i % bytes === labels - 1 ? record % 10 : 19) : (record + i) % 251;
  });
}

export function labels(count: number, classes = 3, first = 0): Uint8Array {
  const data = Uint8Array.from({ length: count }, (_, i) => first + (i % classes));
  return gzipSync(encodeIdx({ data, shape: [count] }));
}

export function describeFile(name: string, content: Uint8Array): PublishedFile {
  const md5 = createHash("md5").update(content).digest("hex");
  return { name, bytes: content.length, md5 };
}

/** The dataset whose published files are `files`; it has no system package and no sample. */
export function tinyDataset(
  files: Readonly<Record<string, Uint8Array>>,
  more: Partial<IdxDataset> = {},
): IdxDataset {
  const file = (name: string) => describeFile(name, files[name]);
  return {
    name: "tiny",
    about: {
      title: "clothes",
      imageShape: [2, 2, 1],
      images: [8, 3],
      classes: 3,
      licence: "none needed",
    },
    files: {
      trainImages: file(fileNames.trainImages),
      trainLabels: file(fileNames.trainLabels),
      testImages: file(fileNames.testImages),
      testLabels: file(fileNames.testLabels),
    },
    mirrors: [],
    imageSize: [2, 2],
    classNames: ["sock", "shoe", "hat"],
    ...more,
  };
}

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A new folder, which is gone after the tests of the file that asked for it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-data-"));
  made.push(folder);
  return folder;
}

/** Puts files into `folder`, which is made where it is missing. */
export async function fill(folder: string, files: Readonly<Record<string, Uint8Array>>) {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}
