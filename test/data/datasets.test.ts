// The table of datasets: every row loads its own record, and an unknown name is answered helpfully.

import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { fashionMnistRecord } from "../../src/data/datasets/fashion-mnist.ts";
import { type DatasetName, load, names } from "../../src/data/datasets/index.ts";
import { mnistRecord } from "../../src/data/datasets/mnist.ts";
import { cifarBatch, emptyFolder, fileNames, fill, images, labels } from "./tiny-dataset.ts";

const idxFiles = {
  [fileNames.trainImages]: images(20, 28),
  [fileNames.trainLabels]: labels(20, 10),
  [fileNames.testImages]: images(10, 28),
  [fileNames.testLabels]: labels(10, 10),
};

/** A small folder of each dataset's own files, and the shape of an image in it. */
const folders = {
  cifar10: {
    files: { "data_batch_1.bin": cifarBatch(20), "test_batch.bin": cifarBatch(10) },
    image: [32, 32, 3],
  },
  "fashion-mnist": { files: idxFiles, image: [28, 28, 1] },
  mnist: { files: idxFiles, image: [28, 28, 1] },
} satisfies Record<DatasetName, { files: Record<string, Uint8Array>; image: number[] }>;

describe.each(names)("the dataset %s", (name) => {
  test("is loaded by its name, from a folder with its files", async () => {
    const { files, image } = folders[name];
    const folder = await fill(await emptyFolder(), files);
    const loaded = await load(name, { source: { folder } });
    expect(loaded.name).toBe(name);
    expect(loaded.train.x.shape).toEqual([20, ...image]);
    expect(loaded.train.classNames?.length).toBe(10);
    expect(loaded.test.y.shape).toEqual([10]);
  });
});

describe.each([fashionMnistRecord, mnistRecord])("the record of $name", (record) => {
  const files = Object.values(record.files);

  test("has four different files, each with a size and an MD5", () => {
    expect(new Set(files.map((file) => file.md5)).size).toBe(4);
    expect(new Set(files.map((file) => file.name)).size).toBe(4);
    for (const file of files) expect(file.md5).toMatch(/^[0-9a-f]{32}$/);
  });

  test("has mirrors to which a file's name can be joined", () => {
    expect(record.mirrors.length).toBeGreaterThan(0);
    for (const mirror of record.mirrors) expect(new URL("a.gz", mirror).href).toBe(`${mirror}a.gz`);
  });
});

test.each(["./pics", "data/mnist"])('the path "%s" is no misspelt name', async (path) => {
  const error = (await load(path).catch((caught: unknown) => caught)) as ConfigError;
  expect(error).toBeInstanceOf(ConfigError);
  expect(error.message).not.toContain("Did you mean");
  expect(error.message).toContain(`source: { folder: "${path}" }`);
});

describe("an unknown name", () => {
  test.each([
    ["fashon-mnist", "fashion-mnist"],
    ["fashon", "fashion-mnist"],
    ["mnist2", "mnist"],
    ["Fashion_MNIST", "fashion-mnist"],
    ["minst", "mnist"],
    ["constructor", ""],
    ["__proto__", ""],
    ["", ""],
  ])('"%s" is answered with the closest known one', async (name, closest) => {
    const error = await load(name).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toContain(`There is no dataset called "${name}"`);
    expect((error as ConfigError).message).toMatch(new RegExp(`Did you mean "${closest}`));
  });
});
