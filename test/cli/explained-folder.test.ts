// A folder of any number of pictures is explained one picture at a time, and its page has an end.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { picturesIn } from "../../src/cli/explain-pictures.ts";
import { PageSections } from "../../src/cli/page-sections.ts";
import type { Skipped } from "../../src/cli/picture-files.ts";
import { emptyFolder, pictureBytes } from "../data/pictures.ts";

test("a picture is read when the one before it is done", async () => {
  const folder = await emptyFolder();
  for (const name of ["a", "b", "c"]) {
    await writeFile(join(folder, `${name}.png`), await pictureBytes("red", 1, { format: "png" }));
  }
  const skipped: Skipped[] = [];
  const pictures = picturesIn([folder], { size: [8, 8] }, skipped);
  const first = await pictures.next();
  expect(first.value?.name).toBe(join(folder, "a.png"));
  // What happens to the others now is seen, because they have not been read.
  await writeFile(join(folder, "b.png"), "no picture any more");
  const second = await pictures.next();
  expect(second.value?.name).toBe(join(folder, "c.png"));
  expect(skipped.map(({ path }) => path)).toEqual([join(folder, "b.png")]);
  expect((await pictures.next()).done).toBe(true);
  await rm(folder, { recursive: true });
});

test("a page keeps its first parts up to its limit, and makes no others", () => {
  const sections = new PageSections(10);
  let made = 0;
  for (const length of [4, 4, 4, 1, 1]) {
    sections.add(() => {
      made++;
      return "x".repeat(length);
    });
  }
  expect(sections.all).toEqual(["xxxx", "xxxx"]);
  expect(made).toBe(3);
  const large = new PageSections(10);
  for (let i = 0; i < 3; i++) large.add(() => "x".repeat(20));
  expect(large.all).toHaveLength(1);
});
