// The example in a small form, on drawn pictures and weights at random.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { encodeImage, readImage, tensor, zoo } from "../../src/index.ts";
import { main } from "./style.ts";

const root = mkdtempSync(join(tmpdir(), "fovea-style-"));
afterAll(() => rmSync(root, { recursive: true }));

test("repaints a photograph twice, and leaves a strip", async () => {
  const draw = async (name: string, pixel: (i: number) => number) => {
    const data = Uint8Array.from({ length: 48 * 64 * 3 }, (_, i) => pixel(i));
    writeFileSync(join(root, name), await encodeImage(tensor(data, [48, 64, 3]), "png"));
    return join(root, name);
  };
  const photo = await draw("photo.png", (i) => (i / 40) % 256);
  const painting = await draw("painting.png", (i) => (i % 7) * 36);
  const features = await zoo.load("squeezenet-1.1", { includeTop: false, seed: 1 });
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const paths = await main(photo, painting, join(root, "out"), {
    features,
    size: 64,
    steps: 4,
    say,
  });
  await features.dispose();
  expect(paths.map((path) => path.slice(root.length + 5))).toEqual([
    "stylized.png",
    "strip.png",
    "own-colors.png",
  ]);
  for (const path of [paths[0], paths[2]]) {
    expect((await readImage(path)).shape).toEqual([48, 64, 3]);
  }
  expect(lines.at(-1)).toMatch(/^style [\d.]+ after \d+ evaluations$/);
}, 240_000);
