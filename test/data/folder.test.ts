// A folder of one's own: which classes it has, and what is refused.

import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { loadFolder } from "../../src/data/datasets/folder.ts";
import { encodeIdx } from "../../src/data/idx.ts";
import { emptyFolder, fileNames, fill, images, labels, tinyFiles } from "./tiny-dataset.ts";

test("images of any size, with the classes that its labels have", async () => {
  const folder = await fill(await emptyFolder(), {
    [fileNames.trainImages]: images(9, 5),
    [fileNames.trainLabels]: labels(9),
    [fileNames.testImages]: images(4, 5),
    [fileNames.testLabels]: labels(4),
  });
  const { name, source, train, test: testSet } = await loadFolder(folder);
  expect(name).toBe(basename(folder));
  expect(source).toBe(`folder ${folder}: 9 training and 4 test images`);
  expect(train.x.shape).toEqual([9, 5, 5, 1]);
  expect(testSet.x.shape).toEqual([4, 5, 5, 1]);
  expect(train.classNames).toEqual(["0", "1", "2"]);
  expect(testSet.classNames).toEqual(["0", "1", "2"]);
});

test("classes.txt names the classes, also those without an image", async () => {
  const folder = await fill(await emptyFolder(), tinyFiles(6, 3));
  await writeFile(join(folder, "classes.txt"), "sock\r\nshoe\r\nhat\r\nglove\r\n");
  const { train } = await loadFolder(folder);
  expect(train.classNames).toEqual(["sock", "shoe", "hat", "glove"]);
});

test("a label beyond classes.txt is refused", async () => {
  const folder = await fill(await emptyFolder(), tinyFiles(6, 3));
  await writeFile(join(folder, "classes.txt"), "sock\nshoe\n");
  await expect(loadFolder(folder)).rejects.toThrow("whole numbers from 0 to 1");
});

test("a label above classes that never occur is refused, and the way out is told", async () => {
  const gap = encodeIdx({ data: Uint8Array.of(0, 1, 4, 0, 1, 0), shape: [6] });
  const folder = await fill(await emptyFolder(), {
    ...tinyFiles(6, 3),
    [fileNames.trainLabels]: gap,
  });
  await expect(loadFolder(folder)).rejects.toThrow("4 for example 2, and no 2 anywhere");
  await writeFile(join(folder, "classes.txt"), "a\nb\nc\nd\ne\n");
  await expect(loadFolder(folder)).resolves.toBeDefined();
});

test("a test label that the training set does not have is refused", async () => {
  const files = { ...tinyFiles(6, 3), [fileNames.trainLabels]: labels(6, 2) };
  const folder = await fill(await emptyFolder(), files);
  await expect(loadFolder(folder)).rejects.toThrow("2 at index 2");
});

test("test images of another size are refused", async () => {
  const files = { ...tinyFiles(6, 3), [fileNames.testImages]: images(3, 4) };
  const folder = await fill(await emptyFolder(), files);
  await expect(loadFolder(folder)).rejects.toThrow("test images [2, 2, 1]");
});

test("a path that is no folder is refused", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "file"), "");
  await expect(loadFolder(join(folder, "none"))).rejects.toThrow("nothing of that name");
  await expect(loadFolder(join(folder, "file"))).rejects.toThrow("a file");
});
