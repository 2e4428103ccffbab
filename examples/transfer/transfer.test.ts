// The example on photographs that are drawn here, and on weights at random: what it prints, and that crooked boxes
// are passed over. What real weights are worth is said in the guide.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeImage, tensor, zoo } from "../../src/index.ts";
import { main } from "./transfer.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-transfer-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A photograph with a dark, a grey and a light square, boxes around them, and one that lies outside. */
async function photograph(name: string): Promise<void> {
  const boxes = [
    ["RBC", 10, 60],
    ["WBC", 90, 150],
    ["Platelets", 170, 240],
  ] as const;
  const pixels = new Uint8Array(80 * 240 * 3).fill(128);
  boxes.forEach(([, left], kind) => {
    for (let y = 20; y < 60; y++) {
      pixels.fill(40 + 80 * kind, (y * 240 + left) * 3, (y * 240 + left + 40) * 3);
    }
  });
  const bytes = await encodeImage(tensor(pixels, [80, 240, 3]), "jpeg");
  writeFileSync(join(root, "JPEGImages", `${name}.jpg`), bytes);
  const object = (kind: string, left: number, right: number) =>
    `<object><name>${kind}</name><bndbox><xmin>${left}</xmin><ymin>15</ymin>` +
    `<xmax>${right}</xmax><ymax>65</ymax></bndbox></object>`;
  const objects = boxes.map(([kind, left, right]) => object(kind, left, right));
  const crooked = object("RBC", 400, 500);
  writeFileSync(
    join(root, "Annotations", `${name}.xml`),
    `<annotation>${[...objects, crooked].join("")}</annotation>`,
  );
}

test("trains from weights and from nothing, and prints both", async () => {
  for (const folder of ["JPEGImages", "Annotations", "ImageSets/Main"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (const part of ["train", "val", "test"]) {
    await photograph(part);
    writeFileSync(join(root, "ImageSets/Main", `${part}.txt`), `${part}\n`);
  }
  const base = await zoo.load("efficientnet-lite0", { includeTop: false, inputShape: [96, 96, 3] });
  const weights = join(root, "weights.safetensors");
  await base.saveWeights(weights, { names: "torch" });
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const outcomes = await main(root, weights, { cells: 1, seeds: 1, epochs: 1, say });
  expect(outcomes).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("Phase"))).toHaveLength(3);
  expect(lines.at(-1)).toMatch(/^seed 0: transferred [\d.]+ %, from nothing [\d.]+ %$/);
}, 240_000);
