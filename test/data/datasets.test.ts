// The table of datasets: every row loads its own record, and an unknown name is answered helpfully.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { fashionMnistRecord } from "../../src/data/datasets/fashion-mnist.ts";
import { type DatasetName, find, load, names } from "../../src/data/datasets/index.ts";
import { kmnistRecord } from "../../src/data/datasets/kmnist.ts";
import { mnistRecord } from "../../src/data/datasets/mnist.ts";
import { cifarBatch, emptyFolder, fileNames, fill, images, labels } from "./tiny-dataset.ts";

const idxFiles = {
  [fileNames.trainImages]: images(20, 28),
  [fileNames.trainLabels]: labels(20, 10),
  [fileNames.testImages]: images(10, 28),
  [fileNames.testLabels]: labels(10, 10),
};

/** The files of a set of EMNIST, whose labels go from `first` on. */
const emnistFiles = (set: string, first: number) => ({
  [`emnist-${set}-train-images-idx3-ubyte.gz`]: images(20, 28),
  [`emnist-${set}-train-labels-idx1-ubyte.gz`]: labels(20, 10, first),
  [`emnist-${set}-test-images-idx3-ubyte.gz`]: images(10, 28),
  [`emnist-${set}-test-labels-idx1-ubyte.gz`]: labels(10, 10, first),
});

const cifar100 = { "train.bin": cifarBatch(20, 0, 2), "test.bin": cifarBatch(10, 0, 2) };
const golden = (name: string) => readFileSync(join(import.meta.dirname, "../golden/scipy", name));

/** A small folder of each published dataset's own files. */
const folders: Record<Exclude<DatasetName, "red-blue">, Record<string, Uint8Array>> = {
  "cifar-10": { "data_batch_1.bin": cifarBatch(20), "test_batch.bin": cifarBatch(10) },
  "cifar-100": cifar100,
  "cifar-100-coarse": cifar100,
  "emnist-balanced": emnistFiles("balanced", 0),
  "emnist-letters": emnistFiles("letters", 1),
  "fashion-mnist": idxFiles,
  kmnist: idxFiles,
  mnist: idxFiles,
  svhn: { "train_32x32.mat": golden("svhn-train.mat"), "test_32x32.mat": golden("svhn-test.mat") },
};
const published = names.filter((name) => name !== "red-blue");

describe.each(published)("the dataset %s", (name) => {
  test("is loaded by its name, from a folder with its files", async () => {
    const folder = await fill(await emptyFolder(), folders[name]);
    const loaded = await load(name, { source: { folder } });
    const { about } = await find(name);
    expect(loaded.name).toBe(name);
    expect(loaded.source).toMatch(/^\S+: \d+ training and \d+ test images$/);
    for (const { x, y, classNames } of [loaded.train, loaded.test]) {
      expect(x.shape.slice(1)).toEqual(about.imageShape);
      expect(y.shape).toEqual(x.shape.slice(0, 1));
      expect(new Set(classNames).size).toBe(about.classes);
    }
    const { name: same } = await load(name.replaceAll("-", ""), { source: { folder } });
    expect(same).toBe(name);
  });

  test("says what it is, and where its files are published", async () => {
    const { about, downloadBytes, addresses, place } = await find(name);
    expect(about.images[0]).toBeGreaterThan(about.images[1]);
    expect(about.licence).not.toBe("");
    expect(downloadBytes).toBeGreaterThan(1e6);
    for (const address of addresses) expect(address).toMatch(/^https?:.*\.(gz|zip|mat)$/);
    expect(await place({ cacheFolder: await emptyFolder() })).toSatisfy(
      (found) => found === undefined || name === "fashion-mnist",
    );
  });

  test("says which file to put where, when there is no network", async () => {
    const cacheFolder = await emptyFolder();
    const offline = () => Promise.reject(new Error("no route"));
    const options = { cacheFolder, fetch: offline, onWarning: () => undefined };
    const { addresses, place } = await find(name);
    if (name === "fashion-mnist") {
      expect((await load(name, options)).source).toMatch(/sample|system/);
      return;
    }
    const error = (await load(name, options).catch((caught: unknown) => caught)) as Error;
    expect(error.message).toContain("no network");
    for (const address of addresses) expect(error.message).toContain(address);
    expect(error.message).toContain(join(cacheFolder, "datasets"));
    expect(await place({ cacheFolder })).toBeUndefined();
  });

  test("has no options of datasets that are made", async () => {
    await expect(load(name, { size: 32 })).rejects.toThrow(/has no option "size".*"red-blue"/s);
  });
});

describe.each([fashionMnistRecord, mnistRecord, kmnistRecord])("the record of $name", (record) => {
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
