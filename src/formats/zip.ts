// Zip archives, within bounds: what an archive unpacks to is known before it is unpacked, and checked
// while it is. Knows nothing of what the entries mean.

import { Inflate, zipSync } from "fflate";
import { platform } from "#platform";
import { FormatError } from "../core/errors.ts";
import { requireKind } from "./recognize.ts";
import { type ZipEntry, zipDirectory } from "./zip-directory.ts";

/** Default: how many bytes all entries that are read may have together. */
const mostBytes = 2 ** 31;

/** Every file of an archive, by name. Nothing is unpacked before it is asked for. */
export interface ZipArchive {
  readonly names: readonly string[];
  /** @throws FormatError where it is not there, damaged, or not as long as the archive says. */
  read(name: string): Uint8Array;
}

export interface ZipOptions {
  /** What all entries may have together, unpacked. Default: 2 GiB. */
  readonly maximumBytes?: number;
  /** What kind of archive it should be, for errors. Default: any. */
  readonly kind?: "zip" | "PyTorch";
}

/** An archive of weights may unpack to this many times its bytes; a little is free. Numbers hardly pack. */
const mostGrowth = 20;
const freeBytes = 2 ** 26;

/** How many bytes an archive of weights may unpack to. */
export function weightBytesIn(archive: Uint8Array): number {
  return Math.min(mostBytes, Math.max(freeBytes, archive.length * mostGrowth));
}

/**
 * An archive's entries; `file` is the name that errors call it by.
 *
 * @throws FormatError where the archive is damaged, an entry's name leads out of it, or its entries
 * would be larger than `maximumBytes` together.
 * @example const config = openZip(bytes, "model.keras").read("config.json")
 */
export function openZip(
  bytes: Uint8Array,
  file: string,
  { maximumBytes = mostBytes, kind = "zip" }: ZipOptions = {},
): ZipArchive {
  requireKind(bytes, file, kind);
  const entries = zipDirectory(bytes, file);
  const total = [...entries.values()].reduce((sum, { size }) => sum + size, 0);
  if (total > maximumBytes) {
    throw new FormatError({
      what: `${file} unpacks to more bytes than it may.`,
      expected: `at most ${maximumBytes} bytes`,
      received: `${total} bytes`,
      fix: "Do not use this file; fetch it again from a source you trust.",
    });
  }
  return {
    names: [...entries.keys()],
    read(name) {
      const entry = entries.get(name);
      if (entry !== undefined) return unpack(entry, name, file);
      throw new FormatError({
        what: `${file} has no ${name} in it.`,
        expected: name,
        received: [...entries.keys()].slice(0, 8).join(", ") || "an empty archive",
        fix: "Check that this is the right file.",
      });
    },
  };
}

/** An archive of these files. Entries are stored as they are, with no date: same content, same bytes. */
export function encodeZip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The first day that the format knows.
  return zipSync({ ...files }, { level: 0, mtime: new Date(1980, 0, 1) });
}

function unpack({ method, stored, size, checksum }: ZipEntry, name: string, file: string) {
  const content = method === 0 ? stored : inflate(stored, size, name, file);
  if (content.length !== size) {
    throw damaged(name, file, `${size} bytes`, `${content.length} bytes`);
  }
  const received = platform.crc32(content);
  if (received !== checksum) {
    throw damaged(name, file, `the checksum ${checksum}`, String(received));
  }
  return content;
}

/** Bytes that are fed at a time: they unpack to 16 MB at the very most before the size is looked at. */
const pieceBytes = 2 ** 14;

function inflate(stored: Uint8Array, size: number, name: string, file: string): Uint8Array {
  const content = new Uint8Array(size);
  let filled = 0;
  const inflater = new Inflate((piece) => {
    if (filled + piece.length > size) {
      throw damaged(name, file, `${size} bytes`, "more than that; unpacking was stopped");
    }
    content.set(piece, filled);
    filled += piece.length;
  });
  try {
    for (let at = 0; at < stored.length; at += pieceBytes) {
      const end = Math.min(stored.length, at + pieceBytes);
      inflater.push(stored.subarray(at, end), end === stored.length);
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw damaged(name, file, "deflated data", (cause as Error).message);
  }
  return content.subarray(0, filled);
}

function damaged(name: string, file: string, expected: string, received: string): FormatError {
  return new FormatError({
    what: `${file} is damaged: its entry ${name} is not what the archive says.`,
    expected,
    received,
    fix: "Save or download the file again.",
  });
}
