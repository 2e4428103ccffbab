// Pictures with what a model says of them drawn into them, as files of a folder, with all of it as JSON beside them.

import { basename, extname, join } from "node:path";
import { platform } from "#platform";
import { writeFileAtomically } from "../platform/files.ts";
import { pngOf } from "../report/picture.ts";
import type { PredictedPicture } from "../tasks/task.ts";

/** The file with all predictions. */
const recordFile = "predictions.json";
/** Addresses are longer than names of files may be. */
const longestName = 80;

/** A folder that is filled picture by picture. */
export class DrawnPictures {
  readonly #folder: string;
  readonly #taken = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** The folder at `path`, which is made where there is none. */
  static async open(path: string): Promise<DrawnPictures> {
    await platform.disk.makeFolder(path);
    return new DrawnPictures(path);
  }

  /** Draws a picture, and gives the path of its file; undefined where nothing is drawn. */
  async add(name: string, picture: PredictedPicture): Promise<string | undefined> {
    const image = await picture.draw?.();
    if (image === undefined) return undefined;
    const file = join(this.#folder, this.#nameFor(name));
    await writeFileAtomically(file, pngOf(image));
    return file;
  }

  /** Writes what machines read. */
  async finish(record: object): Promise<void> {
    const text = `${JSON.stringify(record, undefined, 2)}\n`;
    await writeFileAtomically(join(this.#folder, recordFile), text);
  }

  /** A name for a file from a picture's path or address, that no other has. */
  #nameFor(path: string): string {
    const plain = basename(path, extname(path))
      .replaceAll(/[^\w.-]+/g, "-")
      .slice(0, longestName);
    let name = plain;
    for (let i = 2; this.#taken.has(name); i++) name = `${plain}-${i}`;
    this.#taken.add(name);
    return `${name}.png`;
  }
}
