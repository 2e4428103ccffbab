// Scores of detections and of class maps, by hand; and what is done about input that does not fit.

import { describe, expect, test } from "vitest";
import { tensor } from "../../src/core/tensor.ts";
import * as vision from "../../src/vision/index.ts";

type Row = readonly [number, number, number, number];

const objects = (
  rows: readonly Row[],
  classes: readonly number[],
  ignored?: readonly number[],
) => ({
  boxes: tensor(Float32Array.from(rows.flat()), [rows.length, 4]),
  classes: Int32Array.from(classes),
  ...(ignored === undefined ? {} : { ignored: Uint8Array.from(ignored) }),
});
const detections = (
  rows: readonly Row[],
  classes: readonly number[],
  scores: readonly number[],
) => ({
  ...objects(rows, classes),
  scores: Float32Array.from(scores),
});

const a: Row = [0, 0, 50, 50];
const b: Row = [100, 0, 150, 50];
const c: Row = [0, 100, 50, 150];
const nowhere: Row = [200, 200, 210, 210];

describe("COCO", () => {
  test("perfect detections score 1, and missing ones 0", () => {
    const truth = [objects([a, b], [0, 1]), objects([], [])];
    const found = [detections([b, a], [1, 0], [0.5, 0.9]), detections([], [], [])];
    const perfect = vision.cocoAveragePrecision(found, truth, { classNames: ["cat", "dog"] });
    expect(perfect.ap).toBeCloseTo(1, 12);
    expect(perfect.ar1).toBe(1);
    expect(perfect.apMedium).toBeCloseTo(1, 12);
    expect(perfect.apSmall).toBeNaN();
    expect(perfect.perClass.map(({ name, count }) => [name, count])).toEqual([
      ["cat", 1],
      ["dog", 1],
    ]);
    const nothing = detections([], [], []);
    expect(vision.cocoAveragePrecision([nothing, nothing], truth).ap).toBe(0);
  });

  test("without objects there is no score, and no failure", () => {
    const none = objects([], []);
    expect(vision.cocoAveragePrecision([], []).ap).toBeNaN();
    expect(vision.cocoAveragePrecision([detections([a], [0], [1])], [none]).ap).toBeNaN();
  });

  test("who finds a crowd counts neither way, however often", () => {
    const truth = [objects([a, [100, 0, 300, 200]], [0, 0], [0, 1])];
    const inCrowd: Row[] = [
      [110, 10, 150, 50],
      [160, 10, 200, 50],
    ];
    const found = [detections([...inCrowd, a], [0, 0, 0], [0.9, 0.8, 0.7])];
    expect(vision.cocoAveragePrecision(found, truth).ap).toBeCloseTo(1, 12);
    const counted = [objects([a, [100, 0, 300, 200]], [0, 0])];
    expect(vision.cocoAveragePrecision(found, counted).ap).toBeLessThan(0.2);
  });
});

describe("COCO's numbers of masks", () => {
  const code = (counts: readonly number[], size: readonly [number, number] = [2, 4]) => ({
    size,
    counts,
  });
  const masked = (masks: readonly ReturnType<typeof code>[]) => ({
    ...objects(
      Array.from(masks, () => a),
      Array.from(masks, () => 0),
    ),
    masks,
  });
  const found = (masks: readonly ReturnType<typeof code>[]) => ({
    ...masked(masks),
    scores: Float32Array.from(masks, () => 0.9),
  });
  const ofMasks = { compared: "masks" } as const;

  test("masks have to lie on each other, wherever their boxes are", () => {
    const truth = [masked([code([2, 4, 2])])];
    const perfect = vision.cocoAveragePrecision([found([code([2, 4, 2])])], truth, ofMasks);
    expect(perfect.ap).toBeCloseTo(1, 12);
    expect(perfect.apLarge).toBeNaN();
    // Three of five pixels: an IoU of 0.6, which passes three of ten thresholds.
    const shifted = [found([code([3, 4, 1])])];
    expect(vision.cocoAveragePrecision(shifted, truth, ofMasks).ap).toBeCloseTo(0.3, 12);
    expect(vision.cocoAveragePrecision(shifted, truth).ap).toBeCloseTo(1, 12);
  });

  test.each([
    ["masks are missing", detections([a], [0], [1]), "masks of the detections"],
    ["one is missing", { ...found([code([8])]), masks: [] }, "There is not one mask for each box"],
    ["sizes differ", found([code([3, 5], [4, 2])]), "for pictures of different sizes"],
    ["runs do not fill the picture", found([code([3, 4])]), "picture 0: The runs"],
  ])("where %s, that is said", (_, wrong, message) => {
    const truth = [masked([code([2, 4, 2])])];
    expect(() => vision.cocoAveragePrecision([wrong], truth, ofMasks)).toThrow(message);
  });

  test("what else could be compared is refused", () => {
    const segm = { compared: "segm" as "masks" };
    expect(() => vision.cocoAveragePrecision([], [], segm)).toThrow('"boxes", "masks"');
  });
});

describe("Pascal VOC", () => {
  const truth = [objects([a, b], [0, 0]), objects([c], [0])];
  // Right, wrong, right; the third object is not found.
  const found = [detections([a, nowhere, b], [0, 0, 0], [0.9, 0.8, 0.7]), detections([], [], [])];

  test("area and eleven points are those worked out by hand", () => {
    const area = vision.vocAveragePrecision(found, truth);
    expect(area.ap).toBeCloseTo((1 / 3) * 1 + (1 / 3) * (2 / 3), 12);
    expect([...area.perClass[0].precision]).toEqual([1, 1 / 2, 2 / 3]);
    expect([...area.perClass[0].recall]).toEqual([1 / 3, 1 / 3, 2 / 3]);
    expect([...area.perClass[0].scores]).toEqual([0.9, 0.8, 0.7].map(Math.fround));
    // Recalls 0 to 0.3 have precision 1, those to 0.6 two thirds.
    const eleven = vision.vocAveragePrecision(found, truth, { method: "elevenPoints" });
    expect(eleven.ap).toBeCloseTo((4 * 1 + 3 * (2 / 3)) / 11, 12);
  });

  test("a second detection of one object is wrong, and one of a difficult object does not count", () => {
    const twice = [detections([a, a], [0, 0], [0.9, 0.8])];
    expect(vision.vocAveragePrecision(twice, [objects([a], [0])]).perClass[0].precision[1]).toBe(
      0.5,
    );
    const difficult = [objects([a, b], [0, 0], [1, 0])];
    const both = vision.vocAveragePrecision([detections([a, b], [0, 0], [0.9, 0.8])], difficult);
    expect(both.ap).toBe(1);
    expect(both.perClass[0].count).toBe(1);
    expect(both.perClass[0].precision.length).toBe(1);
  });
});

describe("detections that do not fit", () => {
  const call = (found: vision.Detections, there: vision.Objects) =>
    vision.cocoAveragePrecision([found], [there], { classNames: ["only"] });

  test.each([
    [
      "an unknown class",
      detections([a], [1], [1]),
      objects([a], [0]),
      /picture 0: The class of box 0 is unknown[\s\S]*0 to 0[\s\S]*received: 1/,
    ],
    [
      "an unknown class in the truth",
      detections([a], [0], [1]),
      objects([a], [-1]),
      /unknown[\s\S]*-1/,
    ],
    [
      "NaN in a box",
      detections([[0, Number.NaN, 1, 1]], [0], [1]),
      objects([a], [0]),
      /Row 0 of the detections is no box/,
    ],
    [
      "NaN as a score",
      detections([a], [0], [Number.NaN]),
      objects([a], [0]),
      /scores is no number/,
    ],
    [
      "classes that are too few",
      detections([a, b], [0], [1, 1]),
      objects([a], [0]),
      /detections' classes for each box/,
    ],
  ])("%s is refused", (_, found, there, message) => {
    expect(() => call(found, there)).toThrow(message);
  });

  test("pictures without their detections are refused", () => {
    expect(() => vision.cocoAveragePrecision([], [objects([a], [0])])).toThrow(
      /not as many pictures[\s\S]*expected: 1/,
    );
    expect(() => vision.vocAveragePrecision([], [], { iou: 0.5 } as never)).toThrow(
      /no option "iou"/,
    );
  });

  test("boxes without area are never found, and find nothing", () => {
    const empty: Row = [5, 5, 5, 9];
    const scores = vision.cocoAveragePrecision(
      [detections([empty], [0], [1])],
      [objects([empty], [0])],
    );
    expect(scores.ap).toBe(0);
  });
});

test("the confusion of a detector has the background as its last class", () => {
  const truth = [objects([a, b, c, [300, 0, 340, 40]], [0, 1, 0, 1], [0, 0, 0, 1])];
  // One right, one of another class, one nowhere, one of what is ignored, one that is not sure; c is not found.
  const rows: Row[] = [a, b, nowhere, [300, 0, 340, 40], c];
  const found = [detections(rows, [0, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.1])];
  expect(vision.detectionConfusion(found, truth).counts).toEqual([
    [1, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ]);
});

const map = (...rows: string[]) =>
  tensor(
    Uint8Array.from(rows.join(""), (letter) => (letter === "?" ? 255 : Number(letter))),
    [rows.length, rows[0].length],
  );

describe("class maps", () => {
  test("what is not known is left out, and a class that is no answer is wrong", () => {
    const truth = map("0011", "00?1");
    const found = map("0111", "0?01");
    const { pixelAccuracy, perClass, confusion, meanIou } = vision.segmentationScores(
      [found],
      [truth],
    );
    expect(pixelAccuracy).toBeCloseTo(5 / 7, 12);
    expect(confusion).toEqual([
      [2, 1],
      [0, 3],
    ]);
    expect(perClass.map(({ iou }) => iou)).toEqual([2 / 4, 3 / 4]);
    expect(perClass.map(({ dice }) => dice)).toEqual([4 / 6, 6 / 7]);
    expect(perClass.map(({ pixels }) => pixels)).toEqual([4, 3]);
    expect(meanIou).toBe(0.625);
  });

  test("maps that do not fit are refused", () => {
    const options = { classNames: ["a", "b"] };
    expect(() => vision.segmentationScores([map("00")], [map("0", "0")])).toThrow(/another size/);
    expect(() => vision.segmentationScores([map("02")], [map("00")], options)).toThrow(
      /predicted map 0 has a class that is unknown[\s\S]*2 in row 0, column 1/,
    );
    expect(() => vision.segmentationScores([], [map("00")])).toThrow(/as many predicted maps/);
    const floats = tensor(new Float32Array(2), [1, 2]);
    expect(() => vision.segmentationScores([floats as never], [map("00")])).toThrow(/bytes/);
  });

  /** All distances between the borders of one class, one by one. */
  function naiveF(
    found: vision.ClassMap,
    truth: vision.ClassMap,
    label: number,
    near: number,
  ): number {
    const [height, width] = truth.shape;
    const border = ({ data }: vision.ClassMap) => {
      const at = (y: number, x: number) =>
        y < 0 || x < 0 || y >= height || x >= width ? label : data[y * width + x];
      const isBorder = (y: number, x: number) =>
        at(y, x) === label &&
        [at(y - 1, x), at(y + 1, x), at(y, x - 1), at(y, x + 1)].some((other) => other !== label);
      return [...data.keys()]
        .map((i) => [Math.floor(i / width), i % width])
        .filter(([y, x]) => isBorder(y, x));
    };
    const [ours, theirs] = [border(found), border(truth)];
    const share = (of: number[][], to: number[][]) =>
      of.filter(([y, x]) => to.some(([v, u]) => Math.hypot(y - v, x - u) <= near)).length /
      of.length;
    const [precision, recall] = [share(ours, theirs), share(theirs, ours)];
    return (2 * precision * recall) / (precision + recall);
  }

  test("boundary F is the share of borders that lie near each other", () => {
    const disc = (x: number, y: number, radius: number) =>
      tensor(
        Uint8Array.from({ length: 40 * 50 }, (_, i) =>
          Number(Math.hypot((i % 50) - x, Math.floor(i / 50) - y) < radius),
        ),
        [40, 50],
      );
    const [truth, found] = [disc(25, 20, 12), disc(27, 21, 11)];
    for (const tolerance of [0, 1, 2, 3.5]) {
      const { perClass, meanF } = vision.boundaryScores([found], [truth], { tolerance });
      const wanted = [0, 1].map((label) => naiveF(found, truth, label, tolerance));
      expect(perClass[0].f).toBeCloseTo(wanted[0], 12);
      expect(perClass[1].f).toBeCloseTo(wanted[1], 12);
      expect(meanF).toBeCloseTo((wanted[0] + wanted[1]) / 2, 12);
    }
    expect(vision.boundaryScores([truth], [truth]).meanF).toBe(1);
    expect(vision.boundaryScores([map("00")], [map("00")]).meanF).toBeNaN();
  });
});
