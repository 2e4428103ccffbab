// The examples in a small form: what they print and draw. What they reach is said in the guide.

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { encodeImage, tensor } from "../../src/index.ts";
import { main as bloodCells } from "./blood-cells.ts";
import { main as garments } from "./garments.ts";
import { main as anchors } from "./lesson/anchors.ts";
import { main as averagePrecision } from "./lesson/average-precision.ts";
import { main as boxRegression } from "./lesson/box-regression.ts";
import { main as slidingWindow } from "./lesson/sliding-window.ts";
import { main as suppression } from "./lesson/suppression.ts";
import { main as twoStages } from "./lesson/two-stages.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-detection-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Takes lines, and keeps them. */
function listener() {
  const lines: string[] = [];
  return { lines, say: (line: string) => void lines.push(line) };
}

test("garments: trains, prints average precision and draws", async () => {
  const { lines, say } = listener();
  const folder = join(root, "garments");
  const small = { epochs: 1, scenes: 16, testScenes: 8, width: 4, folder, say };
  const { coco } = await garments({ ...small, source: "sample" });
  expect(coco.perClass).toHaveLength(10);
  expect(lines.some((line) => /^all +mAP@0\.5 [\d.]+ %, mAP@0\.5:0\.95 [\d.]+ %$/.test(line))).toBe(
    true,
  );
  expect(existsSync(join(folder, "test.png"))).toBe(true);
  expect(existsSync(join(folder, "model.safetensors"))).toBe(true);
}, 480_000);

/** A photograph with a dark and a light square, and boxes around them. */
async function photograph(folder: string, name: string): Promise<void> {
  const pixels = new Uint8Array(96 * 128 * 3).fill(128);
  const boxes = [
    ["RBC", 10, 50],
    ["WBC", 70, 118],
  ] as const;
  boxes.forEach(([, left, right], kind) => {
    for (let y = 20; y < 60; y++) {
      pixels.fill(30 + 180 * kind, (y * 128 + left) * 3, (y * 128 + right) * 3);
    }
  });
  const bytes = await encodeImage(tensor(pixels, [96, 128, 3]), "jpeg");
  writeFileSync(join(folder, "JPEGImages", `${name}.jpg`), bytes);
  const objects = boxes.map(
    ([kind, left, right]) =>
      `<object><name>${kind}</name><bndbox><xmin>${left}</xmin><ymin>20</ymin>` +
      `<xmax>${right}</xmax><ymax>60</ymax></bndbox></object>`,
  );
  writeFileSync(
    join(folder, "Annotations", `${name}.xml`),
    `<annotation><size><width>128</width><height>96</height><depth>3</depth></size>${objects.join("")}</annotation>`,
  );
}

test("blood cells: trains on Pascal VOC's form, prints average precision and draws", async () => {
  const folder = join(root, "voc");
  for (const part of ["JPEGImages", "Annotations", "ImageSets/Main"]) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  for (const part of ["train", "val", "test"]) {
    for (const i of [1, 2]) await photograph(folder, `${part}${i}`);
    writeFileSync(join(folder, "ImageSets/Main", `${part}.txt`), `${part}1\n${part}2\n`);
  }
  const { lines, say } = listener();
  const out = join(root, "cells");
  const { pictures, objects } = await bloodCells(folder, { epochs: 1, size: [64, 96], out, say });
  expect([pictures, objects]).toEqual([2, 4]);
  expect(lines.some((line) => line.startsWith("WBC"))).toBe(true);
  expect(existsSync(join(out, "test.png"))).toBe(true);
}, 480_000);

describe("lesson", () => {
  const { say } = listener();

  test("1, the sliding window: many windows say the same", async () => {
    const { recall, windows, perObject } = await slidingWindow({ scenes: 120, epochs: 8, say });
    expect(windows).toBe(144 + 121 + 81);
    expect(recall).toBeGreaterThan(0.2);
    expect(perObject).toBeGreaterThan(1);
  }, 480_000);

  test("2, box regression: one box for one object, and no more", async () => {
    const { one, two } = await boxRegression({ scenes: 400, epochs: 8, say });
    expect(one.iou).toBeGreaterThan(0.2);
    expect(two.recall).toBeLessThan(Math.min(0.51, one.recall));
  }, 480_000);

  test("3, anchors: several objects, each of them several times", async () => {
    const { recall, perObject } = await anchors({ scenes: 200, epochs: 10, say });
    expect(recall).toBeGreaterThan(0.2);
    expect(perObject).toBeGreaterThan(1);
  }, 480_000);

  test("4, suppression: a low threshold loses objects, a high one counts them twice", async () => {
    const outcomes = await suppression({ scenes: 12, say });
    expect(outcomes.every(({ agrees }) => agrees)).toBe(true);
    expect(outcomes[0].missed).toBeGreaterThan(outcomes[2].missed);
    expect(outcomes[4].extra).toBeGreaterThan(outcomes[2].extra);
  });

  test("5, average precision: by hand as by the library", async () => {
    for (const { byHand, byLibrary } of await averagePrecision({ say })) {
      expect(byHand).toBeGreaterThan(0.1);
      expect(byHand).toBeCloseTo(byLibrary, 6);
    }
  });

  test("6, two stages: proposals are told apart", async () => {
    const { ap50, before } = await twoStages({ scenes: 80, epochs: 50, laterEpochs: 8, say });
    expect(before).toBeGreaterThan(0.4);
    expect(ap50).toBeGreaterThan(0.1);
  }, 480_000);
});
