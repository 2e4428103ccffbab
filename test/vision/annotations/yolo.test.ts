// YOLO's form: text files beside or below the pictures, names of classes and places of parts in several kinds of file, and
// lines that are wrong.

import { join } from "node:path";
import { expect, test } from "vitest";
import { FormatError } from "../../../src/core/errors.ts";
import { annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { type Box, markedPicture, quiet, whiteBox, yoloLine } from "./pictures.ts";

const options = { ...quiet, target: "boxes" } as const;
const box: Box = [6, 8, 30, 20];

test("boxes lie on what they are about, in each arrangement of folders", async () => {
  const arrangements = [
    ["images/train/a.png", "labels/train/a.txt"],
    ["train/images/a.png", "train/labels/a.txt"],
    ["images/a.png", "labels/a.txt"],
    ["a.png", "a.txt"],
    ["obj_train_data/a.png", "obj_train_data/a.txt"],
    ["images/deep/er/a.png", "labels/deep/er/a.txt"],
  ];
  for (const [picture, labels] of arrangements) {
    const root = await emptyFolder();
    await put(root, picture, await markedPicture([box]));
    await put(root, labels, `${yoloLine(1, box)}\n\n`);
    await put(root, "classes.txt", "cat\ndog\n");
    const pets = await annotatedImages(root, options);
    expect([pets.form, pets.classNames]).toEqual(["yolo", ["cat", "dog"]]);
    const { image, target } = await pets.train.read(0);
    target.boxes.data.forEach((edge, i) => {
      expect(edge).toBeCloseTo(whiteBox(image)[i], 4);
    });
    expect([...target.classes]).toEqual([1]);
    expect([pets.skipped, pets.faults]).toEqual([[], []]);
    await pets.close();
  }
});

test("data.yaml names the classes and the parts, in every way in which people write it", async () => {
  const yamls = [
    "train: images/train\nval: images/val\ntest: images/test\nnames: [cat, dog]\nnc: 2\n",
    "# pets\npath: /content/pets # elsewhere\ntrain: ../train/../images/train\nval:\n  - images/val\ntest: C:\\pets\\images\\test\nnames:\n  0: cat\n  1: 'dog'\n",
    'names:\n- cat\n- "dog"\ndownload: |\n  import os\n  names = []\n',
  ];
  for (const yaml of yamls) {
    const root = await emptyFolder();
    for (const [i, part] of ["train", "train", "val", "test"].entries()) {
      await put(root, `images/${part}/${i}.png`, await markedPicture([box], { shade: i }));
      await put(root, `labels/${part}/${i}.txt`, yoloLine(i % 2, box));
    }
    await put(root, "data.yaml", yaml);
    const pets = await annotatedImages(root, { ...options, validation: 0.4 });
    expect(pets.classNames).toEqual(["cat", "dog"]);
    expect(
      pets.counts.map(({ train, validation, test: held }) => [train, validation, held]),
    ).toEqual([
      [1, 1, 0],
      [1, 0, 1],
    ]);
    await pets.close();
    const byFile = await annotatedImages(join(root, "data.yaml"), options);
    expect(byFile.form).toBe("yolo");
    await byFile.close();
  }
});

test("folders of other names and lists of pictures are parts where data.yaml says so", async () => {
  const root = await emptyFolder();
  for (const [i, name] of ["alpha/a", "beta/b", "beta/c"].entries()) {
    await put(root, `images/${name}.png`, await markedPicture([box], { shade: i }));
    await put(root, `labels/${name}.txt`, yoloLine(0, box));
  }
  await put(root, "pets.yaml", "train: images/alpha\nval: images/beta\nnames: [cat]");
  const byFolder = await annotatedImages(root, options);
  expect([byFolder.train.count, byFolder.validation?.count]).toEqual([1, 2]);
  await byFolder.close();
  await put(root, "pets.yaml", "train: train.txt\nval: held.txt\nnames: [cat]");
  await put(root, "train.txt", "./images/alpha/a.png\n/data/x/images/beta/c.png\n");
  await put(root, "held.txt", "images/beta/b.png");
  const byList = await annotatedImages(root, options);
  expect([byList.train.count, byList.validation?.count]).toEqual([2, 1]);
  await byList.close();
});

test("without names, classes are called by their numbers; hostile YAML is not used", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  await put(root, "a.txt", yoloLine(2, box));
  const bomb = Array.from({ length: 9 }, (_, i) => {
    const items = i === 0 ? "lol" : `*a${i - 1}`;
    return `a${i}: &a${i} [${new Array(9).fill(items).join(", ")}]`;
  });
  await put(root, "data.yaml", `${bomb.join("\n")}\nnames: *a8\n`);
  const pets = await annotatedImages(root, options);
  expect(pets.classNames).toEqual(["0", "1", "2"]);
  expect(pets.warnings.join("\n")).toContain("data.yaml is not used");
  await pets.close();
  await expect(annotatedImages(join(root, "data.yaml"), options)).rejects.toThrow(FormatError);
  await put(root, "data.yaml", "names: {2000000000: cat}");
  await expect(annotatedImages(join(root, "data.yaml"), options)).rejects.toThrow(FormatError);
});

test("lines that are wrong are named by their number, and the rest is used", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  const lines = [
    yoloLine(0, box),
    "0 0.5 0.5",
    "7 0.5 0.5 0.1 0.1",
    "-1 0.5 0.5 0.1 0.1",
    "0.5 0.5 0.5 0.1 0.1",
    "cat 0.5 0.5 0.1 0.1",
    "0 320 240 50 60",
    "0 0.5 0.5 0 0.1",
    "0 0.5 0.5 -0.2 0.1",
    "0 1.3 0.5 0.1 0.1",
    "0 0.95 0.5 0.2 0.5",
    `${yoloLine(0, [1, 2, 7, 9])} 0.87`,
    "0 nan 0.5 0.1 0.1",
  ];
  await put(root, "a.txt", lines.join("\r\n"));
  await put(root, "classes.txt", "cat\ndog");
  const pets = await annotatedImages(root, options);
  const { boxes } = await pets.train.target(0);
  expect(boxes.shape).toEqual([3, 4]);
  for (const [i, edge] of [6, 8, 30, 20, 51, 10, 60, 30, 1, 2, 7, 9].entries()) {
    expect(boxes.data[i]).toBeCloseTo(edge, 4);
  }
  const left = pets.faults.filter(({ isRepaired }) => !isRepaired).map(({ place }) => place);
  expect(left.sort()).toEqual(
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 13].map((number) => `line ${number}`).sort(),
  );
  expect(pets.faults.filter(({ isRepaired }) => isRepaired)).toMatchObject([
    { place: "line 11", path: join(root, "a.txt") },
  ]);
  expect(pets.faults.find(({ place }) => place === "line 7")?.reason).toContain("no shares");
  await pets.close();
});

test("pictures without text are empty pictures, unless they are to be left out", async () => {
  const root = await emptyFolder();
  await put(root, "images/a.png", await markedPicture([box]));
  await put(root, "labels/a.txt", yoloLine(0, box));
  await put(root, "images/b.png", await markedPicture([], { shade: 1 }));
  await put(root, "images/c.png", await markedPicture([], { shade: 2 }));
  await put(root, "labels/c.txt", "");
  await put(root, "labels/gone.txt", yoloLine(0, box));
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const all = await annotatedImages(root, { ...options, onWarning });
  expect(all.train.count).toBe(3);
  expect((await all.train.target(1)).boxes.shape).toEqual([0, 4]);
  expect(warnings.join("\n")).toContain("1 picture has no text file");
  expect(all.skipped.map(({ reason }) => reason)).toEqual([
    "belongs to a picture that is not there",
  ]);
  await all.close();
  const some = await annotatedImages(root, { ...options, unannotated: "skip" });
  expect(some.train.count).toBe(2);
  expect(some.skipped.map(({ reason }) => reason)).toContain("has no text file");
  await some.close();
});

test("polygons give boxes around them, and masks", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  const corners = [6 / 60, 8 / 40, 30 / 60, 8 / 40, 30 / 60, 20 / 40, 6 / 60, 20 / 40];
  await put(root, "a.txt", `0 ${corners.join(" ")}`);
  const boxes = await annotatedImages(root, options);
  (await boxes.train.target(0)).boxes.data.forEach((edge, i) => {
    expect(edge).toBeCloseTo(box[i], 4);
  });
  await boxes.close();
  const masks = await annotatedImages(root, { ...quiet, target: "masks" });
  const { image, target } = await masks.train.read(0);
  expect(masks.classNames).toEqual(["background", "0"]);
  const drawn = Uint8Array.from(target.data, (_, i) => Number(image.data[3 * i] === 255));
  expect(target.data).toEqual(drawn);
  await masks.close();
});
