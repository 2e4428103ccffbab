// Pascal VOC's form: XML for each picture, lists of the parts, pixels that are counted from 1 or from 0, and files that are
// broken or hostile.

import { expect, test } from "vitest";
import { DataError, FormatError } from "../../../src/core/errors.ts";
import { parseXml } from "../../../src/vision/annotations/xml.ts";
import { annotatedImages } from "../../../src/vision/index.ts";
import { emptyFolder, put } from "../../data/pictures.ts";
import { type Box, markedPicture, quiet, whiteBox, xmlOf } from "./pictures.ts";

const options = { ...quiet, target: "boxes" } as const;

/** Pixels counted from 1, as VOC does. */
const written = ([left, top, right, bottom]: Box) => [left + 1, top + 1, right, bottom];

async function putPicture(root: string, name: string, box: Box, shade: number): Promise<void> {
  await put(root, `JPEGImages/${name}.png`, await markedPicture([box], { shade }));
  await put(
    root,
    `Annotations/${name}.xml`,
    xmlOf([{ box: written(box) }], { filename: `${name}.png` }),
  );
}

test("boxes lie on what they are about, whatever paths the files have", async () => {
  const root = await emptyFolder();
  await putPicture(root, "a", [3, 5, 20, 31], 1);
  await putPicture(root, "b", [0, 0, 60, 40], 2);
  await put(root, "README.md", "About these pictures.");
  const cells = await annotatedImages(root, options);
  expect([cells.form, cells.target, cells.train.count]).toEqual(["voc", "boxes", 2]);
  expect(cells.classNames).toEqual(["cell"]);
  for (let row = 0; row < 2; row++) {
    const { image, target } = await cells.train.read(row);
    expect(image.shape).toEqual([40, 60, 3]);
    expect([...target.boxes.data]).toEqual(whiteBox(image));
    expect(target.boxes.shape).toEqual([1, 4]);
    expect([...target.classes]).toEqual([0]);
    expect(target.ignored).toBeUndefined();
    expect(await cells.train.target(row)).toEqual(target);
  }
  expect([cells.skipped, cells.faults]).toEqual([[], []]);
  expect(cells.train.nameOf(0)).toMatch(/a\.png$/);
  await cells.close();
});

test("where a box begins at 0, all are counted from 0", async () => {
  const root = await emptyFolder();
  const [a, b]: Box[] = [
    [0, 5, 20, 31],
    [7, 8, 9, 10],
  ];
  await put(root, "a.png", await markedPicture([a]));
  await put(root, "b.png", await markedPicture([b], { shade: 1 }));
  await put(root, "a.xml", xmlOf([{ box: a }]));
  await put(root, "b.xml", xmlOf([{ box: b }]));
  const cells = await annotatedImages(root, options);
  expect([...(await cells.train.target(0)).boxes.data]).toEqual(a);
  expect([...(await cells.train.target(1)).boxes.data]).toEqual(b);
  await cells.close();
});

test("lists divide the pictures, and those in no list are named", async () => {
  const root = await emptyFolder();
  for (const [i, name] of ["a", "b", "c", "d", "e"].entries()) {
    await putPicture(root, name, [2, 2, 9, 9], i);
  }
  await put(root, "ImageSets/Main/train.txt", "a\nb\n");
  await put(root, "ImageSets/Main/val.txt", "c\r\n");
  await put(root, "ImageSets/Main/trainval.txt", "a\nb\nc\n");
  await put(root, "ImageSets/Main/test.txt", "d\n");
  // Lists of one class each stand there as well.
  await put(root, "ImageSets/Main/cell_train.txt", "e 1\n");
  const cells = await annotatedImages(root, { ...options, validation: 0.5 });
  expect(cells.counts).toEqual([{ name: "cell", train: 2, validation: 1, test: 1 }]);
  expect(cells.objectCounts).toEqual(cells.counts);
  expect(cells.validation?.nameOf(0)).toMatch(/c\.png$/);
  expect(cells.test?.nameOf(0)).toMatch(/d\.png$/);
  expect(cells.skipped.map(({ reason }) => reason)).toEqual(["is in no list of ImageSets/Main"]);
  await cells.close();
});

test("difficult objects are marked, and parts of objects have no say", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([]));
  const part =
    "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>";
  const text = xmlOf([
    { name: "dog", box: [11, 11, 20, 20], difficult: 1 },
    { name: "cat", box: [2, 3, 4, 5] },
  ]).replace("<difficult>1", `${part}<difficult>1`);
  await put(root, "a.xml", text);
  const pets = await annotatedImages(root, options);
  expect(pets.classNames).toEqual(["cat", "dog"]);
  const { boxes, classes, ignored } = await pets.train.target(0);
  expect([...boxes.data]).toEqual([10, 10, 20, 20, 1, 2, 4, 5]);
  expect([[...classes], [...(ignored ?? [])]]).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(pets.objectCounts?.map(({ train }) => train)).toEqual([1, 0]);
  await pets.close();
});

test("faulty boxes are named and left out, those over the edge are cut, and the rest is used", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([]));
  const boxes = [
    [10, 10, 20, 20],
    [5, 5, 5, 9],
    [9, 9, 3, 20],
    [100, 10, 120, 20],
    [50, 30, 71, 45],
    [2, 2, 60, 41],
    [10, 10, 20, 20],
    ["left", 1, 2, 3],
  ];
  await put(
    root,
    "a.xml",
    xmlOf(boxes.map((box) => ({ box }))).replace(
      "</annotation>",
      "<object><name>cell</name></object></annotation>",
    ),
  );
  const warnings: string[] = [];
  const cells = await annotatedImages(root, {
    ...options,
    onWarning: (message) => warnings.push(message),
  });
  const { boxes: edges } = await cells.train.target(0);
  expect(Array.from(edges.data)).toEqual([9, 9, 20, 20, 49, 29, 60, 40, 1, 1, 60, 40]);
  const told = cells.faults.map(
    ({ place, reason, isRepaired }) => `${isRepaired ? "~" : "-"} ${place} ${reason}`,
  );
  expect(told.sort()).toEqual([
    "- object 2 (cell) has a box without area: 0 wide, 4 high",
    "- object 3 (cell) has a box without area: -6 wide, 11 high",
    "- object 4 (cell) lies outside of the picture of 60 x 40 pixels",
    "- object 7 (cell) is there twice",
    "- object 8 (cell) has a box whose edges are no numbers",
    "- object 9 (cell) has no box",
    "~ object 5 (cell) leaves the picture by 11 pixels, and is cut at its edge",
  ]);
  expect(warnings.join("\n")).toContain("6 faulty things in 1 file are left out");
  await cells.close();
  await expect(annotatedImages(root, { ...options, strict: true })).rejects.toThrow(DataError);
});

test("broken files, pictures without XML and XML without a picture are named, and the rest is used", async () => {
  const root = await emptyFolder();
  await putPicture(root, "a", [2, 2, 9, 9], 0);
  await put(root, "JPEGImages/b.png", await markedPicture([], { shade: 3 }));
  await put(root, "JPEGImages/c.png", "no picture");
  await put(root, "Annotations/c.xml", xmlOf([{ box: [2, 2, 9, 9] }]));
  await put(root, "JPEGImages/d.png", await markedPicture([], { shade: 4 }));
  await put(root, "Annotations/d.xml", "<annotation><object><name>cell</na");
  await put(root, "Annotations/e.xml", xmlOf([], { filename: "gone.jpg" }));
  await put(root, "Annotations/f.xml", "<svg></svg>");
  const cells = await annotatedImages(root, options);
  expect(cells.train.count).toBe(1);
  expect(
    cells.skipped.map(({ path, reason }) => `${path.slice(root.length + 1)} ${reason}`),
  ).toEqual([
    "Annotations/d.xml does not close <name>",
    "Annotations/e.xml belongs to a picture that is not there (gone.jpg)",
    "Annotations/f.xml is no annotation, but <svg>",
    "JPEGImages/b.png has no XML file",
    expect.stringMatching(/^JPEGImages\/c\.png is/),
  ]);
  await cells.close();
  const all = await annotatedImages(root, { ...options, unannotated: "empty" });
  expect(all.train.count).toBe(2);
  expect((await all.train.target(1)).boxes.shape).toEqual([0, 4]);
  await all.close();
});

test("an annotation of a larger copy is scaled, and said to be", async () => {
  const root = await emptyFolder();
  await put(root, "a.png", await markedPicture([[10, 10, 20, 20]]));
  await put(root, "a.xml", xmlOf([{ box: [21, 21, 40, 40] }], { size: [80, 120] }));
  const cells = await annotatedImages(root, options);
  const { image, target } = await cells.train.read(0);
  expect([...target.boxes.data]).toEqual(whiteBox(image));
  expect(cells.faults).toMatchObject([{ place: "the size", isRepaired: true }]);
  await cells.close();
});

test("XML is text, elements and nothing else: entities stay as they are, and limits hold", async () => {
  const parse = (text: string) => parseXml(new TextEncoder().encode(text), "a.xml");
  expect(
    await parse("<?xml version='1.0'?><!-- note --><a> x &lt; &#65; <b/><![CDATA[<&]]></a>"),
  ).toEqual({
    name: "a",
    text: "x < A <&",
    children: [{ name: "b", text: "", children: [] }],
  });
  expect((await parse("<a>&secret;</a>")).text).toBe("&secret;");
  const laughs =
    '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;">]><a><name>&y;</name></a>';
  const file = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>';
  for (const text of [laughs, file]) await expect(parse(text)).rejects.toThrow("declares entities");
  await expect(parse("<a>".repeat(100_000))).rejects.toThrow("nested too deep");
  for (const text of ["", "text", "<a>", "<a><b></a>", "<a", "\0\0\0"]) {
    await expect(parse(text)).rejects.toThrow(FormatError);
  }
  const wide = Uint8Array.from([
    0xff,
    0xfe,
    ...[..."<a>é</a>"].flatMap((one) => [one.charCodeAt(0), 0]),
  ]);
  expect((await parseXml(wide, "a.xml")).text).toBe("é");
});
