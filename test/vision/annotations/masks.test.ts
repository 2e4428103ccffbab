// Pictures of classes: palettes, levels of grey and colours, by the names of their pictures; masks that do not fit, and what
// their values mean.

import { expect, test } from "vitest";
import { DataError } from "../../../src/core/errors.ts";
import { encodeImage } from "../../../src/images/encode.ts";
import { maskClasses, readClassTable } from "../../../src/vision/annotations/mask-classes.ts";
import { annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { pngFile } from "../png-file.ts";
import { type Box, markedPicture, quiet, whiteBox } from "./pictures.ts";

const options = { ...quiet, target: "masks" } as const;
const box: Box = [6, 8, 30, 20];
const size = [40, 60] as const;

/** `[40, 60]`: `inside` in a box, `outside` elsewhere. */
function samplesOf(inside: number, outside = 0, [left, top, right, bottom]: Box = box): number[] {
  return Array.from({ length: 40 * 60 }, (_, i) => {
    const [x, y] = [i % 60, Math.floor(i / 60)];
    return x >= left && x < right && y >= top && y < bottom ? inside : outside;
  });
}

const greyMask = (samples: readonly number[]) =>
  pngFile({ height: 40, width: 60, depth: 8, samples });

test("masks belong to pictures of their names, in each arrangement of folders", async () => {
  const arrangements = [
    ["images/a.png", "masks/a.png"],
    ["train/images/a.png", "train/masks/a.png"],
    ["images/train/a.png", "masks/train/a_mask.png"],
    ["JPEGImages/a.png", "SegmentationClass/a.png"],
    ["a.png", "a_mask.png"],
    ["photos/a.png", "labels/a-label.png"],
  ];
  for (const [picture, mask] of arrangements) {
    const root = await emptyFolder();
    await put(root, picture, await markedPicture([box]));
    await put(root, mask, greyMask(samplesOf(255)));
    const cells = await annotatedImages(root, options);
    expect([cells.form, cells.target]).toEqual(["masks", "masks"]);
    expect(cells.classNames).toEqual(["background", "foreground"]);
    const { image, target } = await cells.train.read(0);
    expect(target.shape).toEqual(size);
    expect(whiteBox(image)).toEqual([...box]);
    expect([...target.data]).toEqual(samplesOf(1));
    expect([cells.skipped, cells.faults]).toEqual([[], []]);
    expect(cells.counts.map(({ train }) => train)).toEqual([1, 1]);
    expect(cells.objectCounts).toBeUndefined();
    await cells.close();
  }
});

test("palette numbers are classes, whatever their colours, and 255 is unknown", async () => {
  for (const depth of [4, 8] as const) {
    const root = await emptyFolder();
    await put(root, "JPEGImages/a.png", await markedPicture([box]));
    const palette = Array.from({ length: 2 ** depth }, () => [0, 0, 0]);
    const samples = samplesOf(2);
    samples[0] = depth === 8 ? 255 : 1;
    const file = pngFile({ height: 40, width: 60, depth, palette, samples });
    await put(root, "SegmentationClass/a.png", file);
    await put(root, "ImageSets/Segmentation/train.txt", "a\n");
    const scenes = await annotatedImages(root, { ...options, classNames: ["sky", "tree", "car"] });
    expect([...(await scenes.train.target(0)).data]).toEqual(samples);
    expect(scenes.faults).toEqual([]);
    await scenes.close();
  }
});

test("masks in one bit, in 16 bits, in lossless colours and in JPEG say the same", async () => {
  const grey = (level: number) =>
    Uint8Array.from(samplesOf(1).flatMap((inside) => new Array(3).fill(inside * level)));
  const masks = {
    "a.png": pngFile({ height: 40, width: 60, depth: 1, samples: samplesOf(1) }),
    "b.png": pngFile({ height: 40, width: 60, depth: 16, samples: samplesOf(1) }),
    "c.png": await encodeImage({ data: grey(1), shape: [...size, 3] }, "png"),
  };
  const inJpeg = {
    "a.jpg": await encodeImage({ data: grey(255), shape: [...size, 3] }, "jpeg"),
    "b.gif": await encodeImage({ data: grey(255), shape: [...size, 3] }, "gif"),
  };
  for (const files of [masks, inJpeg]) {
    const root = await emptyFolder();
    for (const [name, bytes] of Object.entries(files)) {
      await put(
        root,
        `images/${name[0]}.png`,
        await markedPicture([], { shade: bytes.length % 99 }),
      );
      await put(root, `masks/${name}`, bytes);
    }
    const cells = await annotatedImages(root, options);
    for (let row = 0; row < cells.train.count; row++) {
      expect([...(await cells.train.target(row)).data]).toEqual(samplesOf(1));
    }
    expect(cells.train.count).toBe(Object.keys(files).length);
    await cells.close();
  }
});

test("colours are classes by a table of the folder, by an option, or as they occur", async () => {
  const root = await emptyFolder();
  await put(root, "images/a.png", await markedPicture([box]));
  const data = Uint8Array.from(
    samplesOf(1).flatMap((inside) => (inside ? [128, 64, 0] : [0, 0, 0])),
  );
  await put(root, "masks/a.png", await encodeImage({ data, shape: [...size, 3] }, "png"));
  const found = await annotatedImages(root, options);
  expect(found.classNames).toEqual(["0", "#804000"]);
  expect([...(await found.train.target(0)).data]).toEqual(samplesOf(1));
  await found.close();
  const classValues = { car: [128, 64, 0], road: [1, 2, 3] } as const;
  const asked = await annotatedImages(root, { ...options, classValues });
  expect(asked.classNames).toEqual(["car", "road"]);
  expect([...(await asked.train.target(0)).data]).toEqual(samplesOf(0, 255));
  expect(asked.faults).toMatchObject([{ place: "2112 pixels", isRepaired: true }]);
  await asked.close();
  await put(root, "labelmap.txt", "# label:color_rgb:parts:actions\nsky:0,0,0::\ncar:128,64,0::\n");
  const listed = await annotatedImages(root, options);
  expect(listed.classNames).toEqual(["sky", "car"]);
  expect([...(await listed.train.target(0)).data]).toEqual(samplesOf(1));
  await listed.close();
});

test("a mask that does not fit, cannot be read or is missing takes its picture out, and is named", async () => {
  const root = await emptyFolder();
  for (const [i, name] of ["a", "b", "c", "d", "e"].entries()) {
    await put(root, `images/${name}.png`, await markedPicture([box], { shade: i }));
  }
  const whole = greyMask(samplesOf(255));
  await put(root, "masks/a.png", whole);
  await put(
    root,
    "masks/b.png",
    pngFile({ height: 4, width: 6, depth: 8, samples: new Array(24).fill(0) }),
  );
  await put(root, "masks/c.png", whole.subarray(0, whole.length - 20));
  const shades = Array.from({ length: 2400 }, (_, i) => 20 * i);
  await put(root, "masks/e.png", pngFile({ height: 40, width: 60, depth: 16, samples: shades }));
  await put(root, "masks/f.png", whole);
  const cells = await annotatedImages(root, options);
  expect(cells.train.count).toBe(1);
  expect(cells.skipped.map(({ path, reason }) => [path.slice(root.length + 1), reason])).toEqual([
    ["images/b.png", expect.stringContaining("6 x 4 pixels, and its picture has 60 x 40")],
    ["images/c.png", expect.stringContaining("ends too early")],
    ["images/d.png", "has no mask"],
    ["images/e.png", expect.stringContaining("different values, which are no classes")],
    ["masks/f.png", "is a mask of a picture that is not there"],
  ]);
  await cells.close();
  await expect(annotatedImages(root, { ...options, strict: true })).rejects.toThrow(DataError);
});

test("values beyond the classes that were named are unknown, and counted", async () => {
  const root = await emptyFolder();
  await put(root, "images/a.png", await markedPicture([box]));
  await put(root, "masks/a.png", greyMask(samplesOf(9)));
  const cells = await annotatedImages(root, { ...options, classNames: ["a", "b", "c"] });
  expect([...(await cells.train.target(0)).data]).toEqual(samplesOf(255));
  expect(cells.faults).toMatchObject([
    { place: "288 pixels", reason: expect.stringContaining("no class (9)") },
  ]);
  expect(cells.warnings.join("\n")).toContain("288 pixels");
  await cells.close();
});

test("values mean classes by what occurs", () => {
  const of = (codes: readonly number[], isPalette = false) => {
    const { classNames, classOf } = maskClasses({ codes, isPalette });
    return [classNames, codes.map(classOf)];
  };
  expect(of([0, 255])).toEqual([
    ["background", "foreground"],
    [0, 1],
  ]);
  expect(of([255])).toEqual([["background", "foreground"], [1]]);
  expect(of([0, 1])).toEqual([
    ["0", "1"],
    [0, 1],
  ]);
  expect(of([3, 0, 255])).toEqual([
    ["0", "1", "2", "3"],
    [3, 0, 255],
  ]);
  expect(of([0, 255], true)).toEqual([["0"], [0, 255]]);
  expect(of([0, 128, 255])).toEqual([
    ["0", "128", "255"],
    [0, 1, 2],
  ]);
  const binary = maskClasses({ codes: [0, 255], isPalette: false, classNames: ["sky", "bird"] });
  expect([0, 255].map(binary.classOf)).toEqual([0, 1]);
  const many = Array.from({ length: 300 }, (_, i) => i * 100);
  expect(() => maskClasses({ codes: many, isPalette: false })).toThrow("too many different values");
});

test("tables of classes are read as they are written", () => {
  expect(readClassTable('name,r,g,b\nsky,1,2,3\n"car", 4 ,5,6\n')).toEqual({
    sky: [1, 2, 3],
    car: [4, 5, 6],
  });
  expect(readClassTable("sky:1,2,3::\n")).toEqual({ sky: [1, 2, 3] });
  for (const text of ["", "sky\ncar\n", "sky,1,2,300", "# nothing"]) {
    expect(readClassTable(text)).toBeUndefined();
  }
});
