// `fovea predict` on picture files: the same predictions as for the same pixels in a data set, and a list of what
// could not be read.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { decodeIdx } from "../../src/data/idx.ts";
import { encodeImage, tensor } from "../../src/index.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn, writeData } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

interface Predicted {
  readonly picture: string;
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  await writeData(join(folder, "data"));
  await writeFile(join(folder, "data", "classes.txt"), "north\nupper\nlower\nsouth\n");
  const { code } = await fovea(
    "train --data ./data --network lenet-5 --batch-size 16 --schedule constant --epochs 3 --out run --quiet",
  );
  expect(code).toBe(0);
  const images = await decodeIdx(
    await readFile(join(folder, "data/t10k-images-idx3-ubyte")),
    "images",
  );
  await mkdir(join(folder, "more/deep"), { recursive: true });
  for (const [i, name] of ["a.png", "more/b.webp", "more/deep/c.tiff"].entries()) {
    const pixels = Uint8Array.from(images.data.slice(i * 576, (i + 1) * 576));
    const format = (["png", "webp", "tiff"] as const)[i];
    const bytes = await encodeImage(tensor(pixels, [24, 24, 1]), format, { lossless: true });
    await writeFile(join(folder, name), bytes);
  }
  await writeFile(join(folder, "more/notes.txt"), "two pictures");
  await writeFile(join(folder, "more/.DS_Store"), "hidden");
  await writeFile(join(folder, "cut.png"), (await readFile(join(folder, "a.png"))).subarray(0, 80));
}, 60_000);

test("pictures and folders of them get the predictions of their pixels", async () => {
  const [{ predictions, skipped }] = recordsOf(
    await fovea("predict --model run a.png ./more --json"),
  ) as unknown as { predictions: Predicted[]; skipped: object[] }[];
  expect(predictions.map(({ picture }) => picture)).toEqual([
    "a.png",
    "more/b.webp",
    "more/deep/c.tiff",
  ]);
  const [{ predictions: wanted }] = recordsOf(
    await fovea("predict --model run --count 3 --top 5 --json"),
  ) as unknown as { predictions: Predicted[] }[];
  predictions.forEach(({ classes }, i) => {
    expect(classes).toEqual(wanted[i].classes);
  });
  expect(skipped).toEqual([
    { picture: "more/notes.txt", reason: "foreign", what: "is not a picture" },
  ]);
}, 60_000);

test("a table with the classes, and at its end what a folder holds besides", async () => {
  const { code, stdout } = await fovea("predict --model run a.png more");
  expect(stdout).toMatch(/\nimage +predicted +or +or +or\na\.png +north +[\d.>]+% /);
  expect(stdout).toMatch(
    /\n\n1 file without a prediction:\n {2}more\/notes.txt: is not a picture\n$/,
  );
  expect(code).toBe(0);
}, 60_000);

test("a file that was named and cannot be read is wrong input; the others are predicted", async () => {
  const { code, stdout } = await fovea("predict --model run cut.png a.png none.jpg --top 1");
  expect(stdout).toMatch(/\na\.png +north +[\d.>]+%\n/);
  expect(stdout).toMatch(
    /2 files without a prediction:\n {2}cut.png: ends too early\n {2}none.jpg: cannot be read\n$/,
  );
  expect(code).toBe(2);
}, 60_000);

test("options of data sets do not go with pictures", async () => {
  const { code, stderr } = await refusalIn(folder, "predict --model run a.png --index 3");
  expect(stderr).toContain("--index does not go with pictures");
  expect(code).toBe(2);
}, 60_000);
