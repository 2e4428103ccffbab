// The files below a folder, in the order of their names. Links are followed once, hidden files are passed over, and
// what is no file is listed. Knows no picture.

import { platform } from "#platform";
import { FormatError } from "../../core/errors.ts";
import { closestTo, readWholeFile } from "../../platform/files.ts";
import type { FileStatus } from "../../platform/platform.ts";
import {
  type FoundFile,
  type FoundFiles,
  hasPictureName,
  isHidden,
  reasonOf,
  type SkippedFile,
} from "./found-file.ts";

const { paths } = platform;

/** The largest file that is read: no picture is larger. */
const largestFile = 2 ** 28;

/** How many files are asked for at a time. */
const atOnce = 64;

interface Folder {
  readonly path: string;
  readonly real: string;
  readonly parts: readonly string[];
}

/**
 * Every file below `root`, by name. A link to a folder that is seen anyway, by its own name or by another link, is
 * not entered again.
 *
 * @throws FormatError where `root` is no folder, or may not be read.
 */
export async function walk(root: string): Promise<FoundFiles> {
  const status = await platform.files.status(root);
  if (status?.kind !== "folder") throw await noFolder(root, status);
  const walker = new Walker();
  await walker.enter({ path: root, real: await platform.files.realPath(root), parts: [] });
  // What folders are called comes before what links call them.
  for (let link = walker.links.shift(); link !== undefined; link = walker.links.shift()) {
    await walker.enter(link);
  }
  const byName = (a: FoundFile, b: FoundFile) => compare(a.parts.join("/"), b.parts.join("/"));
  return { files: walker.files.sort(byName), skipped: walker.skipped };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

class Walker {
  readonly files: FoundFile[] = [];
  readonly skipped: SkippedFile[] = [];
  /** Folders that are reached by a link, in the order in which they were met. */
  readonly links: Folder[] = [];
  readonly #seen = new Set<string>();

  async enter(first: Folder): Promise<void> {
    const waiting = [first];
    for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
      if (this.#seen.has(folder.real)) continue;
      this.#seen.add(folder.real);
      waiting.push(...(await this.#look(folder)));
    }
  }

  /** Takes in what a folder holds; the folders in it, the last one first. */
  async #look({ path, real, parts }: Folder): Promise<Folder[]> {
    const names = await platform.files.list(path).catch((error: unknown) => {
      if (parts.length === 0) throw unreadable(path, error);
      this.skipped.push({ path, reason: "is a folder that may not be read" });
      return [];
    });
    const shown = names.filter((name) => !isHidden(name)).sort(compare);
    const folders: Folder[] = [];
    for (let at = 0; at < shown.length; at += atOnce) {
      const some = shown.slice(at, at + atOnce);
      const statuses = await Promise.all(
        some.map((name) => platform.files.status(paths.join(path, name))),
      );
      for (const [i, name] of some.entries()) {
        const inner = { path: paths.join(path, name), parts: [...parts, name] };
        const status = statuses[i];
        if (status?.kind !== "folder") {
          this.#take(inner, status);
          continue;
        }
        if (hasPictureName(name)) {
          this.skipped.push({ path: inner.path, reason: "is a folder with the name of a picture" });
          continue;
        }
        const place = await platform.files.realPath(inner.path).catch(() => inner.path);
        const isLink = place !== paths.join(real, name);
        (isLink ? this.links : folders).push({ ...inner, real: place });
      }
    }
    return folders.reverse();
  }

  #take({ path, parts }: Omit<Folder, "real">, status: FileStatus | undefined): void {
    if (status === undefined) {
      this.skipped.push({ path, reason: "is a link to nothing, or may not be seen" });
    } else if (status.kind !== "file") {
      this.skipped.push({ path, reason: "is no file: a pipe, a socket or a device" });
    } else {
      const { bytes, modified } = status;
      const read = () => readWholeFile(path, { maximumBytes: largestFile });
      this.files.push({ path, parts, bytes, modified, read });
    }
  }
}

async function noFolder(root: string, status: FileStatus | undefined): Promise<FormatError> {
  return new FormatError({
    what: `The folder ${root} cannot be read.`,
    expected: "a folder of pictures",
    received: status === undefined ? "nothing of that name" : "no folder",
    fix: "Check the path.",
    ...(status === undefined ? await closestTo(root) : {}),
  });
}

function unreadable(root: string, cause: unknown): FormatError {
  return new FormatError({
    what: `The folder ${root} cannot be read: ${reasonOf(cause, root)}.`,
    expected: "a folder that may be read",
    fix: "Change its permissions.",
    cause,
  });
}
