// Files by name, wherever they lie: in a folder, or inside of an archive. Knows no dataset.

import { platform } from "#platform";
import { FormatError } from "../core/errors.ts";
import { isPublished, type PublishedFile, readBytes, sizeAt } from "./published-file.ts";

/** A file's bytes, and what errors call it. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface FileSet {
  /** What errors call the whole of it. */
  readonly place: string;
  has(name: string): Promise<boolean>;
  /**
   * Undefined where there is no file of that name.
   *
   * @throws FormatError where it is larger than `maximumBytes`, or cannot be read.
   */
  find(name: string, maximumBytes: number): Promise<NamedBytes | undefined>;
}

/** The files in `folder`, or else in the folder `inner` inside of it, as archives make one. */
export function folderFiles(folder: string, inner?: string): FileSet {
  const { join } = platform.paths;
  const places = [folder, ...(inner === undefined ? [] : [join(folder, inner)])];
  const pathOf = async (name: string) => {
    for (const place of places) {
      const size = await sizeAt(join(place, name));
      if (size !== undefined) return { path: join(place, name), size };
    }
    return undefined;
  };
  return {
    place: folder,
    has: async (name) => (await pathOf(name)) !== undefined,
    async find(name, maximumBytes) {
      const found = await pathOf(name);
      if (found === undefined) return undefined;
      const { path, size } = found;
      if (size > maximumBytes)
        throw damaged(path, `at most ${maximumBytes} bytes`, `${size} bytes`);
      return { name: path, bytes: await readWhole(path) };
    },
  };
}

/** The files of an archive at `path`, whose names begin with `prefix` in it. */
export function archiveFiles(
  path: string,
  prefix: string,
  entry: (name: string) => Uint8Array | undefined,
): FileSet {
  return {
    place: path,
    has: async (name) => entry(prefix + name) !== undefined,
    async find(name) {
      const bytes = entry(prefix + name);
      return bytes && { name: `${name} in ${path}`, bytes };
    },
  };
}

/**
 * The published file among `files`, byte for byte; undefined where it is missing.
 *
 * @throws FormatError where one of its name is another file.
 */
export async function findPublished(
  files: FileSet,
  file: PublishedFile,
): Promise<NamedBytes | undefined> {
  const found = await files.find(file.name, file.bytes);
  if (found === undefined || isPublished(file, found.bytes)) return found;
  const expected = `the published file: ${file.bytes} bytes with the MD5 ${file.md5}`;
  const { length } = found.bytes;
  throw damaged(found.name, expected, length === file.bytes ? "another MD5" : `${length} bytes`);
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path);
  } catch (cause) {
    throw new FormatError({
      what: `${path} cannot be read.`,
      received: (cause as Error).message,
      fix: "Check who may read the file.",
      cause,
    });
  }
}

function damaged(path: string, expected: string, received: string): FormatError {
  const fix = "Replace it by a fresh copy; in Fovea's cache, delete it and load again.";
  return new FormatError({ what: `${path} is damaged.`, expected, received, fix });
}
