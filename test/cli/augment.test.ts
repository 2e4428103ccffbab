// `fovea augment`: a sheet with the picture and its examples, the same for the same seed.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeImage, readImage, tensor } from "../../src/index.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn } from "./command-line.ts";

const folder = await emptyFolder();
const fovea = commandLineIn(folder);
const pixels = Uint8Array.from({ length: 40 * 60 * 3 }, (_, i) => (i % 180) + (i % 3) * 20);
await writeFile(join(folder, "photo.png"), await encodeImage(tensor(pixels, [40, 60, 3]), "png"));

test("writes the picture and its examples on one sheet", async () => {
  const command = "augment photo.png --augment strong --count 5 --size 32 --seed 3";
  const [record] = recordsOf(await fovea(`${command} --out one.png --json`));
  expect(record).toEqual({ file: "one.png", policy: "strong", count: 5, seed: 3 });
  const sheet = await readImage(join(folder, "one.png"));
  // Three tiles of 32 x 32 in a row, each with a line of text, and 8 pixels around them.
  expect(sheet.shape).toEqual([8 + 2 * 60, 8 + 3 * 40, 3]);
  const original = await readImage(join(folder, "photo.png"), { size: [32, 32], resize: "cover" });
  const rowOf = (left: number) => sheet.data.slice((9 * 128 + left) * 3, (9 * 128 + left + 32) * 3);
  expect(rowOf(8)).toEqual(original.data.slice(32 * 3, 2 * 32 * 3));
  expect(rowOf(48)).not.toEqual(rowOf(8));
  expect(rowOf(48)).not.toEqual(rowOf(88));
  await fovea(`${command} --out two.png`);
  expect(await readFile(join(folder, "two.png"))).toEqual(await readFile(join(folder, "one.png")));
}, 60_000);

test.each([
  ["augment photo.png --out sheet.bmp", ".png, .jpg, .jpeg, .webp"],
  ["augment photo.png --out none/sheet.png", "there is no folder none"],
  ["augment none.png", "none.png could not be read"],
  ["augment photo.png --augment wild", "light, standard, strong"],
])("%s is refused", async (command, words) => {
  const { code, stderr } = await refusalIn(folder, command);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});
