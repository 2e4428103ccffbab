// The files of a tar archive, read in place. Knows plain files of the ustar format, which is all that
// data sets come in, and nothing of what they mean. Source: POSIX.1-1988, ustar interchange format.

import { FormatError } from "../core/errors.ts";

const blockBytes = 512;

/**
 * The plain files in `archive` by their names: views, nothing is copied. Names are labels here and never
 * become paths, so that none can lead anywhere. `name` is for messages.
 *
 * @throws FormatError where the archive ends early or is none.
 * @example const files = readTar(await gunzip(bytes, name, limit), name);
 */
export function readTar(archive: Uint8Array, name: string): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + blockBytes <= archive.length; ) {
    const header = archive.subarray(at, at + blockBytes);
    // A block of zeros ends the archive.
    if (header.every((byte) => byte === 0)) break;
    if (numberAt(header, 148, 8) !== checksumOf(header)) {
      throw damaged(name, "headers whose checksums fit", `another one at byte ${at}`);
    }
    const bytes = numberAt(header, 124, 12);
    const start = at + blockBytes;
    if (!(start + bytes <= archive.length)) {
      throw damaged(name, `${bytes} bytes from ${start}`, `${archive.length - start}`);
    }
    const kind = header[156];
    const isPlain = kind === 0 || kind === 0x30;
    if (isPlain) files.set(textAt(header, 0, 100), archive.subarray(start, start + bytes));
    at = start + Math.ceil(bytes / blockBytes) * blockBytes;
  }
  return files;
}

function textAt(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
}

/** Digits of base 8; NaN where they are none. */
function numberAt(header: Uint8Array, from: number, length: number): number {
  const digits = textAt(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

/** The sum of all bytes, those of the checksum counted as blanks. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

function damaged(name: string, expected: string, received: string): FormatError {
  return new FormatError({
    what: `${name} is not a whole tar archive.`,
    expected,
    received,
    fix: "Download or copy the file again.",
  });
}
