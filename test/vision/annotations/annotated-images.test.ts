// What all forms have in common: pictures that EXIF turns, pictures that are shrunk, parts, copies, caches, and how a form
// is chosen.

import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { ConfigError, DataError, FormatError } from "../../../src/core/errors.ts";
import type { Orientation } from "../../../src/images/orientation.ts";
import { annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { pngFile } from "../png-file.ts";
import { type Box, markedPicture, quiet, whiteBox, xmlOf, yoloLine } from "./pictures.ts";

const boxes = { ...quiet, target: "boxes" } as const;
const box: Box = [6, 8, 30, 20];
const stored = [7, 9, 30, 20];

test("boxes and masks turn with pictures that EXIF turns", async () => {
  const samples = Array.from({ length: 2400 }, (_, i) => {
    const [x, y] = [i % 60, Math.floor(i / 60)];
    return x >= 6 && x < 30 && y >= 8 && y < 20 ? 255 : 0;
  });
  for (let orientation = 1; orientation <= 8; orientation++) {
    const root = await emptyFolder();
    const turned = { orientation: orientation as Orientation, format: "jpeg" } as const;
    await put(root, "images/a.jpg", await markedPicture([box], turned));
    await put(root, "annotations/a.xml", xmlOf([{ box: stored }]));
    await put(root, "masks/a.png", pngFile({ height: 40, width: 60, depth: 8, samples }));
    const cells = await annotatedImages(root, boxes);
    expect(cells.form).toBe("voc");
    const { image, target } = await cells.train.read(0);
    expect(image.shape).toEqual(orientation > 4 ? [60, 40, 3] : [40, 60, 3]);
    expect([...target.boxes.data]).toEqual(whiteBox(image));
    expect(cells.faults).toEqual([]);
    await cells.close();
    const masks = await annotatedImages(root, { ...quiet, target: "masks" });
    const { data, shape } = (await masks.train.read(0)).target;
    const white = { data: data.map((label) => 255 * label), shape: [...shape, 1] };
    expect(whiteBox(white)).toEqual(whiteBox(image));
    await masks.close();
  }
});

test("a file whose size is that of the upright picture is about the upright picture", async () => {
  const root = await emptyFolder();
  await put(root, "a.jpg", await markedPicture([box], { orientation: 6, format: "jpeg" }));
  // Turned right: rows from below become columns from the left.
  const upright = [40 - 20, 6, 40 - 8, 30];
  const written = [upright[0] + 1, upright[1] + 1, upright[2], upright[3]];
  await put(root, "a.xml", xmlOf([{ box: written }], { size: [60, 40] }));
  const voc = await annotatedImages(root, boxes);
  const { image, target } = await voc.train.read(0);
  expect([...target.boxes.data]).toEqual(upright);
  expect(whiteBox(image)).toEqual(upright);
  await voc.close();
  const asStored = await annotatedImages(root, { ...boxes, orientation: "stored" });
  expect([...(await asStored.train.target(0)).boxes.data]).not.toEqual(upright);
  await asStored.close();
});

test("YOLO's shares are those of the upright picture, unless another wish is said", async () => {
  const root = await emptyFolder();
  await put(root, "a.jpg", await markedPicture([box], { orientation: 8, format: "jpeg" }));
  await put(root, "a.txt", yoloLine(0, box));
  const wished = await annotatedImages(root, { ...boxes, orientation: "stored" });
  const { image, target } = await wished.train.read(0);
  target.boxes.data.forEach((edge, i) => {
    expect(edge).toBeCloseTo(whiteBox(image)[i], 4);
  });
  await wished.close();
  const [left, top, right, bottom] = whiteBox(image);
  await put(root, "a.txt", yoloLine(0, [left, top, right, bottom], [60, 40]));
  const usual = await annotatedImages(root, boxes);
  expect((await usual.train.target(0)).boxes.data[2]).toBeCloseTo(right, 4);
  await usual.close();
});

test("large pictures are shrunk with all that is in them, small ones stay", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([[20, 40, 100, 80]], { size: [120, 200] }));
  await put(root, "a.xml", xmlOf([{ box: [21, 41, 100, 80] }], { size: [120, 200] }));
  await put(root, "b.png", await markedPicture([box]));
  await put(root, "b.xml", xmlOf([{ box: stored }]));
  const cells = await annotatedImages(root, { ...boxes, longestSide: 100 });
  const [a, b] = await Promise.all([cells.train.read(0), cells.train.read(1)]);
  expect(a.image.shape).toEqual([60, 100, 3]);
  expect([...a.target.boxes.data]).toEqual([10, 20, 50, 40]);
  expect(whiteBox(a.image)).toEqual([10, 20, 50, 40]);
  expect(b.image.shape).toEqual([40, 60, 3]);
  await cells.close();
});

/** Pictures with one class each, ten of the first and ten of the second. */
async function putTwenty(root: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await put(root, `${i}.png`, await markedPicture([box], { shade: i }));
    await put(root, `${i}.xml`, xmlOf([{ box: stored, name: i < 10 ? "cat" : "dog" }]));
  }
}

test("the same share of pictures with each class is held out, by the seed", async () => {
  const root = await emptyFolder();
  await putTwenty(root);
  const heldBy = async (seed: number) => {
    const pets = await annotatedImages(root, { ...boxes, seed, validation: 0.3 });
    expect(pets.counts).toEqual([
      { name: "cat", train: 7, validation: 3, test: 0 },
      { name: "dog", train: 7, validation: 3, test: 0 },
    ]);
    const held = pets.validation;
    await pets.close();
    return Array.from({ length: held?.count ?? 0 }, (_, i) => held?.nameOf(i));
  };
  expect(await heldBy(1)).toEqual(await heldBy(1));
  expect(await heldBy(1)).not.toEqual(await heldBy(2));
});

test("copies stay together, and those in several parts are reported", async () => {
  const root = await emptyFolder();
  for (const part of ["train", "val"]) {
    await put(root, `${part}/images/a.png`, await markedPicture([box]));
    await put(root, `${part}/labels/a.txt`, yoloLine(0, box));
  }
  await put(root, "train/images/b.png", await markedPicture([box], { shade: 1 }));
  await put(root, "train/labels/b.txt", yoloLine(0, box));
  const cells = await annotatedImages(root, boxes);
  expect(cells.leaks.map(({ parts }) => parts)).toEqual([["train", "validation"]]);
  expect(cells.warnings.join("\n")).toContain("in several parts");
  expect(cells.copies).toEqual([]);
  await cells.close();
});

test("pixels and targets are the same from memory, from a file, from an earlier run and without a cache", async () => {
  const root = await emptyFolder();
  const cacheFolder = await emptyFolder();
  await put(root, "a.png", await markedPicture([box], { size: [50, 30] }));
  await put(root, "a.xml", xmlOf([{ box: stored }], { size: [50, 30] }));
  await putTwenty(root);
  const results = [];
  for (const cache of ["none", "memory", "file", "file"] as const) {
    for (const workers of [1, 3]) {
      const pets = await annotatedImages(root, { ...boxes, cache, cacheFolder, workers });
      const rows = [20, 3, 3, 0];
      const read = await Promise.all(rows.map((row) => pets.train.read(row)));
      results.push({ read, fingerprint: pets.train.fingerprint });
      await pets.close();
    }
  }
  expect(await readdir(cacheFolder)).toHaveLength(2);
  for (const result of results.slice(1)) expect(result).toEqual(results[0]);
  await put(root, "3.xml", xmlOf([{ box: [8, 9, 30, 20], name: "cat" }]));
  const changed = await annotatedImages(root, boxes);
  expect(changed.train.fingerprint).not.toBe(results[0].fingerprint);
  await changed.close();
});

test("a picture that vanishes later is named", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  await put(root, "a.xml", xmlOf([{ box: stored }]));
  const cells = await annotatedImages(root, { ...boxes, cache: "none" });
  await put(root, "a.png", "gone");
  await expect(cells.train.read(0)).rejects.toThrow(/a\.png can no longer be read/);
  await expect(cells.train.target(1)).rejects.toThrow("from 0 to 0");
  await cells.close();
});

test("classes are those that are asked for, in their order", async () => {
  const root = await emptyFolder();
  await putTwenty(root);
  const pets = await annotatedImages(root, { ...boxes, classNames: ["bird", "dog"] });
  expect(pets.classNames).toEqual(["bird", "dog"]);
  expect(pets.objectCounts?.map(({ train }) => train)).toEqual([0, 10]);
  expect(pets.faults).toEqual([]);
  expect(pets.warnings.join("\n")).toContain("10 objects are of other classes");
  expect(pets.warnings.join("\n")).toContain('No picture to learn from shows "bird"');
  await pets.close();
});

test("the form is the first that is found and gives what is wanted, or the one that is asked for", async () => {
  const root = await emptyFolder();
  await put(root, "images/a.png", await markedPicture([box]));
  await put(root, "labels/a.txt", yoloLine(0, box));
  await put(
    root,
    "masks/a.png",
    pngFile({ height: 40, width: 60, depth: 8, samples: new Array(2400).fill(0) }),
  );
  await put(root, "xml/a.xml", xmlOf([{ box: stored }]));
  const formOf = async (options: Parameters<typeof annotatedImages>[1]) => {
    const { form, target, close } = await annotatedImages(root, { ...quiet, ...options });
    await close();
    return `${form} ${target}`;
  };
  expect(await formOf({})).toBe("yolo boxes");
  expect(await formOf({ form: "voc" })).toBe("voc boxes");
  expect(await formOf({ form: "masks" })).toBe("masks masks");
  await expect(formOf({ form: "voc", target: "masks" })).rejects.toThrow("give no masks");
});

test("folders without annotations, without pictures and without a name are refused", async () => {
  const root = await emptyFolder();
  await expect(annotatedImages(root, boxes)).rejects.toThrow("There are no annotations");
  await put(root, "a.png", await markedPicture([box]));
  await expect(annotatedImages(root, boxes)).rejects.toThrow("1 pictures, 0 other files");
  await put(root, "b.xml", xmlOf([{ box: stored }]));
  await expect(annotatedImages(root, boxes)).rejects.toThrow(DataError);
  await expect(annotatedImages(`${root}/none`, boxes)).rejects.toThrow(FormatError);
  await expect(annotatedImages("", boxes)).rejects.toThrow(ConfigError);
});

test("options that cannot be used are refused with what could be", async () => {
  const refused = [
    [{ target: "points" }, "boxes"],
    [{ form: "pascal" }, "voc"],
    [{ longestSide: 0 }, "longestSide"],
    [{ classNames: ["a", "a"] }, "classNames"],
    [{ classValues: { a: 70_000 } }, "classValues"],
    [{ unannotated: "keep" }, "unannotated"],
    [{ orientation: "up" }, "orientation"],
    [{ validation: 1 }, "validation"],
    [{ longestEdge: 3 }, 'did you mean "longestSide"'],
  ] as const;
  for (const [options, words] of refused) {
    // Not what the types allow, as in JavaScript.
    const call = annotatedImages("x", options as unknown as typeof boxes);
    await expect(call).rejects.toThrow(ConfigError);
    await expect(call).rejects.toThrow(words);
  }
});
