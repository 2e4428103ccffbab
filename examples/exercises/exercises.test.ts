// The exercises run, in small, and say what they found.

import { expect, test } from "vitest";
import { emptyFolder, putColours } from "../../test/data/pictures.ts";
import { main as custom } from "./custom-architecture.ts";
import { main as bases } from "./three-bases.ts";

test("a network of one's own is measured against the mark", async () => {
  const lines: string[] = [];
  const options = { data: "fashion-mnist", epochs: 1, images: 256, tests: 100, width: 4 } as const;
  const found = await custom({ ...options, say: (line) => lines.push(line) });
  expect(found).toMatchObject({ data: "fashion-mnist", mark: 0.93 });
  expect(lines[0]).toMatch(/^fashion-mnist: 256 images, \d+ parameters$/);
  expect(lines[1]).toMatch(/% of the test images; the mark of 93 % is not reached$/);
}, 120_000);

test("bases are compared on a folder of pictures", async () => {
  const folder = await emptyFolder();
  await putColours(folder, 10);
  const lines: string[] = [];
  const compared = await bases(folder, {
    epochs: 1,
    size: 16,
    bases: ["resnet-20", "resnet-32"].map((base) => ({ base, weights: null })),
    say: (line) => lines.push(line),
  });
  expect(compared.map(({ name }) => name).sort()).toEqual([
    "resnet-20-transfer",
    "resnet-32-transfer",
  ]);
  for (const { trainableParameters } of compared) expect(trainableParameters).toBe(3 * 65);
  expect(lines).toHaveLength(5);
}, 120_000);
