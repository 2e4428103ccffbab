// `fovea explain`: a page and maps for pictures, one for each cell of the confusion matrix, and what is refused.

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { encodeImage, tensor } from "../../src/index.ts";
import { commandLineIn, emptyFolder, recordsOf } from "./command-line.ts";

let folder: string;
let fovea: ReturnType<typeof commandLineIn>;

/** A grey picture with a bright upper or lower half. */
async function picture(path: string, isUpper: boolean, seed: number): Promise<void> {
  const pixels = Uint8Array.from({ length: 24 * 24 * 3 }, (_, i) => {
    const isTop = i < 12 * 24 * 3;
    return (isTop === isUpper ? 170 : 40) + ((i * 7919 + seed * 104729) % 60);
  });
  await writeFile(path, await encodeImage(tensor(pixels, [24, 24, 3]), "png"));
}

beforeAll(async () => {
  folder = await emptyFolder();
  fovea = commandLineIn(folder);
  for (const [name, isUpper] of [
    ["upper", true],
    ["lower", false],
  ] as const) {
    await mkdir(join(folder, "photos", name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      await picture(join(folder, "photos", name, `${i}.png`), isUpper, i);
    }
  }
  const { code } = await fovea(
    "train --data ./photos --size 24 --network lenet-5 --epochs 4 --out run --quiet",
  );
  expect(code).toBe(0);
}, 90_000);

test("a page and a map of each picture, with words on how far to trust them", async () => {
  const { code, stdout } = await fovea(
    "explain photos/upper/0.png photos/lower/1.png --model run --out page --method gradCam,saliency",
  );
  expect(code).toBe(0);
  expect(stdout).toContain("when the network is randomized");
  expect(stdout).toContain("open page/explanation.html");
  const html = await readFile(join(folder, "page/explanation.html"), "utf8");
  expect(html.match(/<img src="data:image\/png/g)).toHaveLength(1 + 2 * 3);
  expect(html).toContain('alt="Grad-CAM of photos/upper/0.png for');
  expect(await readdir(join(folder, "page/maps"))).toHaveLength(4);
}, 90_000);

test("a picture whose name is as long as it may be, and has characters that command terminals", async () => {
  const name = `\u001b[2J${"u".repeat(240)}.png`;
  await mkdir(join(folder, "names"));
  await picture(join(folder, "names", name), true, 50);
  const { code, stdout } = await fovea("explain names --model run --trust no --out named");
  expect(code).toBe(0);
  expect(stdout).toContain("\ufffd[2Juuu");
  expect(stdout).not.toContain("\u001b[2J");
  const [map] = await readdir(join(folder, "named/maps"));
  expect(map).toMatch(/^1--2Ju{77}-gradCam\.png$/);
}, 90_000);

test("one picture for each cell of the confusion matrix, as data", async () => {
  const [record] = recordsOf(
    await fovea("explain photos --model run --by-cell --trust no --out cells --json"),
  ) as unknown as { pictures: { picture: string; maps: { classIndex: number }[] }[] }[];
  const names = record.pictures.map(({ picture: name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(1);
  for (const name of names)
    expect(name).toMatch(/^(upper|lower)(, right| taken for (upper|lower))$/);
}, 90_000);

test("what cannot be explained is refused with a way out, and nothing is written", async () => {
  const refused = async (line: string) => {
    const { code, stderr } = await fovea(`explain${line} --model run --out none`);
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused(" photos/upper/0.png --method gradcam")).toContain(
    'did you mean "gradCam"?',
  );
  expect(await refused(" photos/upper/0.png --class uper")).toContain('did you mean "upper"?');
  expect(await refused("")).toContain("name them: fovea explain cat.jpg");
  expect(await refused(" photos/upper/0.png --layer conv")).toContain("did you mean");
  expect(await readdir(folder)).not.toContain("none");
}, 90_000);
