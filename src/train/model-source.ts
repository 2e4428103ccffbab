// Where the bytes of a model or of weights come from: a path, a URL, a Blob, or bytes at hand.

import { platform } from "#platform";
import { ConfigError, FormatError } from "../core/errors.ts";
import { outlineOf, requirePath } from "../core/option.ts";
import type { WebBlob, WebUrl } from "../core/web.ts";
import type { ReadPart } from "../interchange/model-format.ts";
import { besidePath, readWholeFile } from "../platform/files.ts";

/** The bytes of one file. */
export type FileBytes = Uint8Array | ArrayBuffer;

/**
 * A path; a URL, as text with its scheme or as an object; a Blob, such as a file that somebody chose in a
 * browser; bytes; or the bytes of several files by their names, as a model of TensorFlow.js has.
 */
export type ModelSource = string | WebUrl | WebBlob | FileBytes | ReadonlyMap<string, FileBytes>;

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

/** What errors call bytes that came without a name. */
const namelessFile = "The file";
const mostBytes = 2 ** 31;

/** @throws ConfigError where `source` is none; `call` is what was called. */
export function openSource(call: string, source: ModelSource, name?: string): OpenSource {
  if (typeof source === "string") {
    requirePath(call, source);
    return /^(https?|blob|data|file):/i.test(source)
      ? openUrl(new URL(source), name)
      : openPath(source, name);
  }
  if (source instanceof URL) return openUrl(source, name);
  if (source instanceof Blob) return openBlob(source, name);
  if (source instanceof Map) return openFiles(source, name);
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    return openBytes(source, name ?? namelessFile, noParts(name ?? namelessFile));
  }
  throw new ConfigError({
    what: `${call}: The source cannot be used.`,
    expected: "a path, a URL, a Blob, a Uint8Array, an ArrayBuffer, or a Map of files by name",
    received: outlineOf(source),
  });
}

function openPath(path: string, file = path): OpenSource {
  return {
    file,
    path,
    read: (maximumBytes = mostBytes) => readWholeFile(path, { maximumBytes }),
    part: (name) => readWholeFile(besidePath(path, name)),
  };
}

function openUrl(url: WebUrl, name: string | undefined): OpenSource {
  if (url.protocol === "file:") return openPath(platform.paths.fromUrl(url), name);
  const isNamed = url.protocol === "http:" || url.protocol === "https:";
  const file = name ?? (isNamed ? url.href : namelessFile);
  return {
    file,
    path: isNamed ? url.pathname : undefined,
    read: (maximumBytes = mostBytes) => fetchBytes(url, file, maximumBytes),
    // Signed addresses sign one file; what lies beside it is public or signed alike.
    part: isNamed
      ? (part) => {
          const beside = new URL(encodeURIComponent(part), url);
          return fetchBytes(beside, beside.href, mostBytes);
        }
      : noParts(file),
  };
}

/** @throws FormatError where the server does not give the file. */
async function fetchBytes(url: WebUrl, file: string, maximumBytes: number): Promise<Uint8Array> {
  const fail = (received: string, cause?: unknown): never => {
    throw new FormatError({
      what: `${file} could not be read.`,
      expected: `a file of at most ${maximumBytes} bytes`,
      received,
      fix: "Check the address, and that the server may be reached.",
      cause,
    });
  };
  const response = await fetch(url).catch((cause: Error) => fail(cause.message, cause));
  if (!response.ok) fail(`the answer ${response.status} ${response.statusText}`.trim());
  const length = Number(response.headers.get("content-length") ?? 0);
  if (length > maximumBytes) fail(`${length} bytes`);
  const bytes = await response.arrayBuffer().catch((cause: Error) => fail(cause.message, cause));
  if (bytes.byteLength > maximumBytes) fail(`${bytes.byteLength} bytes`);
  return new Uint8Array(bytes);
}

function openBlob(blob: WebBlob, name: string | undefined): OpenSource {
  const own = "name" in blob && typeof blob.name === "string" ? blob.name : undefined;
  const file = name ?? own ?? namelessFile;
  return {
    file,
    path: undefined,
    async read(maximumBytes = mostBytes) {
      requireSize(blob.size, maximumBytes, file);
      return new Uint8Array(await blob.arrayBuffer());
    },
    part: noParts(file),
  };
}

function openBytes(bytes: FileBytes, file: string, part: ReadPart): OpenSource {
  return {
    file,
    path: undefined,
    async read(maximumBytes = mostBytes) {
      requireSize(bytes.byteLength, maximumBytes, file);
      return bytesOf(bytes);
    },
    part,
  };
}

const bytesOf = (bytes: FileBytes) =>
  bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;

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
  return openBytes(bytes, file, async (part) => {
    const found = files.get(part);
    return found === undefined ? missingPart(file, part, names) : bytesOf(found);
  });
}

const noParts =
  (file: string): ReadPart =>
  async (part) =>
    missingPart(file, part, []);

function missingPart(file: string, part: string, names: readonly string[]): never {
  throw new FormatError({
    what: `${file} lacks its file ${part}.`,
    expected: part,
    received: names.join(", ") || "one file alone",
    fix: "Give all files of the model in one Map, by their names.",
  });
}

function requireSize(size: number, maximumBytes: number, file: string): void {
  if (size <= maximumBytes) return;
  throw new FormatError({
    what: `${file} is too large to be read.`,
    expected: `at most ${maximumBytes} bytes`,
    received: `${size} bytes`,
    fix: "Check that this is the right file.",
  });
}
