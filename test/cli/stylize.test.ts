// `fovea stylize`: a picture and its strip, what Ctrl-C leaves, a trained style network, and what is refused.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { encodeImage, readImage, saveModel, zoo } from "../../src/index.ts";
import { styleNetwork } from "../../src/vision/style/style-network.ts";
import { disc, stripes } from "../vision/style/pictures.ts";
import { commandLineIn, emptyFolder, recordsOf, refusalIn } from "./command-line.ts";

let folder: string;

/** A small network with weights at random: enough to see that something happens. */
const network = "--network squeezenet-1.1 --weights random.safetensors";

beforeAll(async () => {
  folder = await emptyFolder();
  const model = await zoo.load("squeezenet-1.1", { includeTop: false, seed: 1 });
  await model.saveWeights(join(folder, "random.safetensors"), { names: "torch" });
  const write = async (name: string, picture: ReturnType<typeof disc>) =>
    writeFile(join(folder, name), await encodeImage(picture, "png"));
  await write("photo.png", disc(48, 64));
  await write("paint.png", stripes(60, 60));
  await write("dot.png", { data: Uint8Array.of(1, 2, 3), shape: [1, 1, 3] });
  const painter = styleNetwork({ inputShape: [32, 32, 3], filters: 4, blocks: 1 });
  await saveModel(painter, join(folder, "painter.safetensors"));
}, 240_000);

test("writes the picture and a strip, and says what was left out", async () => {
  const fovea = commandLineIn(folder);
  const outcome = await fovea(
    `stylize photo.png --style dot.png paint.png ${network} --size 64 --steps 4 --progress 2 ` +
      "--out a.png --threads 1",
  );
  expect(outcome.stderr).toContain("Style picture 1 of 2 is left out: it has 1 x 1 pixels");
  expect(outcome.stdout).toContain("step 4 of 4  48 x 64  content");
  expect(outcome.stdout).toContain("open a.png and a-progress.png");
  expect(outcome.code).toBe(0);
  expect((await readImage(join(folder, "a.png"))).shape).toEqual([48, 64, 3]);
  expect((await readImage(join(folder, "a-progress.png"))).shape[1]).toBeGreaterThan(128);
}, 240_000);

test("prints one record for machines, the same for the same seed", async () => {
  const fovea = commandLineIn(folder);
  const command = `stylize photo.png --style paint.png ${network} --size 64 --steps 3 --json`;
  const [record] = recordsOf(await fovea(`${command} --out b.png`));
  expect(record).toMatchObject({ file: "b.png", steps: 3, isStopped: false, skipped: [] });
  const [again] = recordsOf(await fovea(`${command} --out c.png --threads 1`));
  expect(again).toEqual({ ...record, file: "c.png" });
  const [b, c] = await Promise.all(["b.png", "c.png"].map((file) => readImage(join(folder, file))));
  expect(b).toEqual(c);
}, 240_000);

test("Ctrl-C keeps the picture so far", async () => {
  const fovea = commandLineIn(folder);
  const outcome = await fovea(
    `stylize photo.png --style paint.png ${network} --size 64 --steps 5000 --out d.png`,
    { onLine: (line, child) => void (line.startsWith("step 25 ") && child.kill("SIGINT")) },
  );
  expect(outcome.code).toBe(130);
  expect(outcome.stdout).toContain("open d.png");
  expect((await readImage(join(folder, "d.png"))).shape).toEqual([48, 64, 3]);
}, 240_000);

test("a trained style network repaints in one pass", async () => {
  const fovea = commandLineIn(folder);
  const outcome = await fovea("stylize photo.png --model painter.safetensors --out e.jpg");
  expect(outcome).toMatchObject({ code: 0, stderr: "" });
  expect((await readImage(join(folder, "e.jpg"))).shape).toEqual([48, 64, 3]);
}, 240_000);

test.each([
  ["stylize photo.png", "needs a style"],
  ["stylize photo.png --style paint.png --model painter.safetensors", "both"],
  ["stylize --style paint.png", "--photo is missing"],
  ["stylize none.png --style paint.png", "none.png could not be read"],
  ["stylize photo.png --style paint.png --out a.bmp", ".png, .jpg, .jpeg, .webp"],
  ["stylize photo.png --style paint.png --out none/a.png", "there is no folder none"],
  ["stylize photo.png --style paint.png --network vgg-91", "vgg-"],
  ["stylize photo.png --style paint.png --color keep", "style, histogram, luminance"],
  [`stylize photo.png --style dot.png ${network}`, "No style picture can be used"],
  [`stylize photo.png --style paint.png ${network} --mix 1,2`, "1 numbers"],
  ["stylize photo.png --style paint.png --network squeezenet-1.1 --weights no.pth", "no.pth"],
])("%s is refused", async (command, words) => {
  const { code, stderr } = await refusalIn(folder, command);
  expect(stderr).toContain(words);
  expect(code).toBe(2);
});
