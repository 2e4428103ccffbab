// Where the bytes of a model or of weights come from: a source of bytes, or several files by their names.

import { FormatError } from "../core/errors.ts";
import type { WebUrl } from "../core/web.ts";
import type { ReadPart } from "../interchange/file-format.ts";
import {
  type ByteSource,
  bytesOf,
  type FileBytes,
  fetchBytes,
  openByteSource,
  openBytes,
} from "../platform/byte-source.ts";
import { besidePath, readWholeFile } from "../platform/files.ts";

/**
 * A path; a URL, as text with its scheme or as an object; a Blob, such as a file that somebody chose in a
 * browser; bytes; or the bytes of several files by their names, as a model of TensorFlow.js has.
 */
export type ModelSource = ByteSource | ReadonlyMap<string, FileBytes>;

/** A source that is ready to be read. */
export interface OpenSource {
  /** What errors call it. */
  readonly file: string;
  /** A name whose extension says the kind of file; undefined where its bytes must. */
  readonly path: string | undefined;
  /** @throws FormatError where it cannot be read, or is larger than `maximumBytes`. */
  read(maximumBytes?: number): Promise<Uint8Array>;
  readonly part: ReadPart;
}

/** @throws ConfigError where `source` is none; `call` is what was called. */
export function openSource(call: string, source: ModelSource, name?: string): OpenSource {
  if (source instanceof Map) return openFiles(source, name);
  const open = openByteSource(call, source, {
    ...(name === undefined ? {} : { name }),
    expected: "a path, a URL, a Blob, a Uint8Array, an ArrayBuffer, or a Map of files by name",
  });
  const { file, path, url } = open;
  return {
    file,
    path,
    read: (maximumBytes) => open.read(maximumBytes === undefined ? {} : { maximumBytes }),
    part: partsBeside(file, path, url),
  };
}

/** Reads what lies beside a file, or beside what a server gave. */
function partsBeside(file: string, path: string | undefined, url: WebUrl | undefined): ReadPart {
  if (url !== undefined) {
    // Signed addresses sign one file; what lies beside it is public or signed alike.
    return (part) => {
      const beside = new URL(encodeURIComponent(part), url);
      return fetchBytes(beside, beside.href);
    };
  }
  if (path !== undefined) return (part) => readWholeFile(besidePath(path, part));
  return async (part) => missingPart(file, part, []);
}

function openFiles(files: ReadonlyMap<string, FileBytes>, name: string | undefined): OpenSource {
  const names = [...files.keys()];
  const main = names.length === 1 ? names[0] : names.find((one) => /\.json$/i.test(one));
  const bytes = main === undefined ? undefined : files.get(main);
  if (main === undefined || bytes === undefined) {
    throw new FormatError({
      what: "None of the files is a model.",
      expected: "a model.json and its shards, or one file",
      received: names.join(", ") || "no files",
    });
  }
  const file = name ?? main;
  const { read } = openBytes(bytes, file);
  return {
    file,
    path: undefined,
    read: (maximumBytes) => read(maximumBytes === undefined ? {} : { maximumBytes }),
    part: async (part) => {
      const found = files.get(part);
      return found === undefined ? missingPart(file, part, names) : bytesOf(found);
    },
  };
}

function missingPart(file: string, part: string, names: readonly string[]): never {
  throw new FormatError({
    what: `${file} lacks its file ${part}.`,
    expected: part,
    received: names.join(", ") || "one file alone",
    fix: "Give all files of the model in one Map, by their names.",
  });
}
