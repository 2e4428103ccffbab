// Both examples in a small form: what they print, and the sheet that they leave.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeImage, imageHeader, tensor } from "../../src/index.ts";
import { main as membrane } from "./membrane.ts";
import { main as shapes } from "./shapes.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-segmentation-example-"));
afterAll(() => rmSync(root, { recursive: true }));

test("shapes are trained on, measured and drawn", async () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const options = { scenes: 12, tested: 4, size: 32, epochs: 1, folder: root, say };
  const { perClass } = await shapes(options);
  expect(perClass.map(({ name }) => name)).toEqual(["background", "circle", "square", "triangle"]);
  expect(lines.filter((line) => /^mean IoU 0\.\d+, pixels 0\.\d+$/.test(line))).toHaveLength(1);
  const { width, height } = imageHeader(readFileSync(join(root, "shapes.png")));
  expect(width).toBeGreaterThan(4 * 32);
  expect(height).toBeGreaterThan(4 * 32);
}, 240_000);

test("membranes are read from a folder, and some pictures are held out", async () => {
  for (const folder of ["images", "masks"])
    mkdirSync(join(root, "data", folder), { recursive: true });
  for (let i = 0; i < 4; i++) {
    const isMembrane = (p: number) => (p + 7 * i) % 20 < 3;
    for (const [folder, levels] of [
      ["images", [60, 180]],
      ["masks", [0, 255]],
    ] as const) {
      const data = Uint8Array.from(
        { length: 64 * 64 },
        (_, p) => levels[isMembrane(p % 64) ? 0 : 1],
      );
      const bytes = await encodeImage(tensor(data, [64, 64, 1]), "png");
      writeFileSync(join(root, "data", folder, `${i}.png`), bytes);
    }
  }
  const lines: string[] = [];
  const options = { validation: 0.25, size: 32, filters: 4, epochs: 2, folder: root };
  const assessment = await membrane(join(root, "data"), {
    ...options,
    say: (line) => lines.push(line),
  });
  expect(assessment.pictures).toBe(1);
  const [, held] = /held out: (\d)\.png$/.exec(lines[0]) ?? [];
  const shift = 7 * Number(held);
  const columns = Array.from({ length: 64 }, (_, p) => p).filter((p) => (p + shift) % 20 < 3);
  expect(assessment.perClass[0].name).toBe("membrane");
  expect(assessment.perClass[0].pixels).toBe(64 * columns.length);
  expect(lines.filter((line) => line.startsWith("mean IoU"))).toHaveLength(1);
  expect(readFileSync(join(root, "membrane.png")).length).toBeGreaterThan(1000);
}, 240_000);
