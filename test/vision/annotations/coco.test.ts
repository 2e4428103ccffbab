// COCO's form: lists of pictures, classes and objects, with boxes, polygons and run-length codes; lists of other computers,
// several lists, and lists that are wrong.

import { join } from "node:path";
import { expect, test } from "vitest";
import { FormatError } from "../../../src/core/errors.ts";
import { annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { type Box, markedPicture, quiet, whiteBox } from "./pictures.ts";

const options = { ...quiet, target: "boxes" } as const;
const box: Box = [6, 8, 30, 20];
const bbox = [6, 8, 24, 12];
const categories = [
  { id: 7, name: "dog" },
  { id: 3, name: "cat" },
];
const image = (id: number, file_name: string) => ({ id, file_name, height: 40, width: 60 });
const listOf = (images: readonly object[], annotations: readonly unknown[], more: object = {}) =>
  JSON.stringify({ images, annotations, categories, ...more });

test("boxes lie on what they are about; classes have the order of their numbers", async () => {
  const root = await emptyFolder();
  await put(root, "images/a.png", await markedPicture([box]));
  await put(root, "images/b.png", await markedPicture([], { shade: 1 }));
  const annotations = [
    { id: 1, image_id: 5, category_id: 7, bbox, iscrowd: 0 },
    { id: 2, image_id: 5, category_id: 3, bbox: [1, 1, 3, 3], iscrowd: 1 },
  ];
  const images = [image(5, "/mnt/coco/val2017/a.png"), image(6, "images\\b.png")];
  await put(root, "annotations/instances.json", listOf(images, annotations));
  const pets = await annotatedImages(root, options);
  expect([pets.form, pets.classNames]).toEqual(["coco", ["cat", "dog"]]);
  const { image: picture, target } = await pets.train.read(0);
  expect([...target.boxes.data.subarray(0, 4)]).toEqual(whiteBox(picture));
  expect([[...target.classes], [...(target.ignored ?? [])]]).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect((await pets.train.target(1)).boxes.shape).toEqual([0, 4]);
  expect([pets.skipped, pets.faults]).toEqual([[], []]);
  expect(pets.objectCounts?.map(({ name, train }) => [name, train])).toEqual([
    ["cat", 0],
    ["dog", 1],
  ]);
  await pets.close();
});

test("several lists are parts, and pictures of the same name are told apart by their folders", async () => {
  const root = await emptyFolder();
  for (const [i, part] of ["train2017", "val2017"].entries()) {
    await put(root, `${part}/1.png`, await markedPicture([box], { shade: i }));
    const annotations = [{ id: 1, image_id: 1, category_id: [3, 7][i], bbox }];
    await put(root, `annotations/instances_${part}.json`, listOf([image(1, "1.png")], annotations));
    await put(
      root,
      `annotations/captions_${part}.json`,
      JSON.stringify({ images: [], annotations: [] }),
    );
  }
  const pets = await annotatedImages(root, options);
  expect([pets.train.count, pets.validation?.count]).toEqual([1, 1]);
  expect(pets.train.nameOf(0)).toBe(join(root, "train2017/1.png"));
  expect([...((await pets.validation?.target(0))?.classes ?? [])]).toEqual([1]);
  expect(pets.skipped).toEqual([]);
  await pets.close();
  const one = await annotatedImages(join(root, "annotations/instances_train2017.json"), options);
  expect([one.form, one.train.count]).toEqual(["coco", 1]);
  await one.close();
});

test("a list beside the pictures of each part, as programs export it", async () => {
  const root = await emptyFolder();
  for (const [i, part] of ["train", "valid", "test"].entries()) {
    await put(root, `${part}/${part}.png`, await markedPicture([box], { shade: i }));
    const annotations = [{ id: 1, image_id: 0, category_id: 3, bbox }];
    await put(
      root,
      `${part}/_annotations.coco.json`,
      listOf([image(0, `${part}.png`)], annotations),
    );
  }
  const pets = await annotatedImages(root, options);
  expect([pets.train.count, pets.validation?.count, pets.test?.count]).toEqual([1, 1, 1]);
  await pets.close();
});

test("what is wrong in a list is named by its number, and the rest is used", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  await put(root, "stranger.png", await markedPicture([box], { shade: 1 }));
  const annotations = [
    { id: 1, image_id: 1, category_id: 3, bbox },
    { id: 2, image_id: 1, category_id: 99, bbox },
    { id: 3, image_id: 77, category_id: 3, bbox },
    { id: 4, image_id: 1, category_id: 3, bbox: [1, 2, 3] },
    { id: 5, image_id: 1, category_id: 3 },
    { id: 6, image_id: 1, category_id: 3, bbox: [9, 9, 0, 4] },
    { id: 7, image_id: 1, category_id: 3, segmentation: [[1, 2, 3, 4]] },
    { id: 8, image_id: 1, category_id: 3, segmentation: { size: [40, 60], counts: "zzzz~" } },
    null,
    { id: 10, image_id: 2, category_id: 3, bbox },
    { id: 11, image_id: 1, category_id: 3, segmentation: [[40, 10, 50, 10, 50, 16]] },
  ];
  const images = [image(1, "a.png"), image(2, "missing.png"), { id: 3 }];
  await put(root, "list.json", listOf(images, annotations));
  const pets = await annotatedImages(root, options);
  const { boxes } = await pets.train.target(0);
  expect([...boxes.data]).toEqual([6, 8, 30, 20, 40, 10, 50, 16]);
  // The ninth has no number of its own: its place counts from 0.
  expect(pets.faults.map(({ place }) => place).sort()).toEqual([
    ...[2, 3, 4, 5, 6, 7, 8, 8].map((id) => `annotation ${id}`),
    "image 3",
  ]);
  expect(pets.skipped.map(({ reason }) => reason).sort()).toEqual([
    "is in list.json, and there is no such picture",
    "is in no list of COCO's",
  ]);
  await pets.close();
});

test("JSON that breaks off, is no list or is hostile is named", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([box]));
  await put(root, "good.json", listOf([image(1, "a.png")], []));
  await put(root, "bad.json", listOf([image(1, "a.png")], []).slice(0, -4));
  const proto = `{"images":[{"id":1,"file_name":"a.png","__proto__":{"bad":1}}],"annotations":[],"categories":[]}`;
  await put(root, "proto.json", proto);
  await put(root, "deep.json", `{"images":${"[".repeat(50_000)}, "annotations", "categories"`);
  const pets = await annotatedImages(root, options);
  expect(pets.train.count).toBe(1);
  expect(pets.skipped.map(({ path }) => path.slice(root.length + 1))).toEqual([
    "bad.json",
    "deep.json",
  ]);
  await pets.close();
  await expect(annotatedImages(join(root, "bad.json"), options)).rejects.toThrow(FormatError);
  await put(root, "other.json", "{}");
  await expect(annotatedImages(join(root, "other.json"), options)).rejects.toThrow(
    "no list of COCO's",
  );
});

test("polygons and codes become class maps, small objects over large ones, crowds unknown", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([]));
  const rectangle = ([left, top, right, bottom]: Box) => [
    [left, top, right, top, right, bottom, left, bottom],
  ];
  // Column by column: the first column, rows 10 to 19.
  const code = { size: [40, 60], counts: [10, 10, 40 * 60 - 20] };
  const annotations = [
    { id: 1, image_id: 1, category_id: 3, segmentation: rectangle([20, 10, 22, 12]) },
    { id: 2, image_id: 1, category_id: 7, segmentation: rectangle([10, 5, 40, 30]) },
    { id: 3, image_id: 1, category_id: 7, segmentation: code, iscrowd: 1 },
    { id: 4, image_id: 1, category_id: 3, bbox },
    { id: 5, image_id: 1, category_id: 3, segmentation: [[45, 30, 55, 38, 55, 30, 45, 38]] },
  ];
  await put(root, "list.json", listOf([image(1, "a.png")], annotations));
  const pets = await annotatedImages(root, { ...quiet, target: "masks" });
  expect(pets.classNames).toEqual(["background", "cat", "dog"]);
  const { data, shape } = await pets.train.target(0);
  expect(shape).toEqual([40, 60]);
  const at = (x: number, y: number) => data[y * 60 + x];
  expect([at(21, 11), at(15, 11), at(50, 4)]).toEqual([1, 2, 0]);
  expect([at(0, 9), at(0, 10), at(0, 19), at(0, 20), at(1, 15)]).toEqual([0, 255, 255, 0, 0]);
  expect([at(46, 34), at(54, 34), at(50, 31)]).toEqual([1, 1, 0]);
  expect(data.filter((label) => label === 2).length).toBe(30 * 25 - 4);
  expect(pets.faults.map(({ place, reason }) => `${place} ${reason}`)).toEqual([
    "annotation 4 has a box and no mask",
    "annotation 5 has a polygon that crosses itself: what it goes round twice lies outside",
  ]);
  await pets.close();
});

test("polygons far outside are cut without taking long", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([]));
  const segmentation = [[-1e12, -1e12, 1e12, -1e12, 1e12, 1e12, -1e12, 1e12]];
  const annotations = [{ id: 1, image_id: 1, category_id: 3, bbox: [0, 0, 60, 40], segmentation }];
  await put(root, "list.json", listOf([image(1, "a.png")], annotations));
  const pets = await annotatedImages(root, { ...quiet, target: "masks" });
  expect((await pets.train.target(0)).data.every((label) => label === 1)).toBe(true);
  await pets.close();
});
