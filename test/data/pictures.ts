// Makes folders of small pictures: a plain colour for each class, with noise that tells pictures apart.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { encodeImage } from "../../src/images/encode.ts";

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A new folder, which is gone after the tests of the file that asked for it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-pictures-"));
  made.push(folder);
  return folder;
}

const colours: Readonly<Record<string, readonly [number, number, number]>> = {
  red: [200, 40, 40],
  green: [40, 180, 60],
  blue: [50, 60, 210],
};

export interface PictureOptions {
  readonly size?: readonly [number, number];
  readonly format?: "jpeg" | "png";
}

/** The bytes of a picture that is mostly of one colour; another number gives another one. */
export function pictureBytes(
  colour: string,
  number: number,
  { size = [24, 32], format = "jpeg" }: PictureOptions = {},
): Promise<Uint8Array> {
  const [height, width] = size;
  const random = new RandomStream(number);
  const base = colours[colour] ?? [128, 128, 128];
  const data = Uint8Array.from(
    { length: height * width * 3 },
    (_, i) => base[i % 3] + random.below(40),
  );
  return encodeImage({ data, shape: [height, width, 3] }, format);
}

/** Writes a file, and the folders above it. */
export async function put(root: string, name: string, content: Uint8Array | string): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Writes `count` pictures of each colour below `root/prefix`, a folder for each. */
export async function putColours(
  root: string,
  count: number,
  {
    prefix = "",
    from = 0,
    names = ["blue", "green", "red"],
    ...options
  }: PictureOptions & {
    readonly prefix?: string;
    readonly from?: number;
    readonly names?: readonly string[];
  } = {},
): Promise<void> {
  for (const [k, name] of names.entries()) {
    for (let i = 0; i < count; i++) {
      const bytes = await pictureBytes(name, from + 1000 * k + i, options);
      await put(root, join(prefix, name, `${String(i).padStart(3, "0")}.jpg`), bytes);
    }
  }
}
