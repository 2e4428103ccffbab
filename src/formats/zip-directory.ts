// What a zip archive says of its entries, checked against the archive itself. Archives of more than 4 GB,
// in several parts or encrypted are refused; Keras writes none.

import { FormatError } from "../core/errors.ts";

export interface ZipEntry {
  /** 0 as they are, 8 deflated. */
  readonly method: number;
  readonly stored: Uint8Array;
  /** Bytes once unpacked, by the archive's word. */
  readonly size: number;
  readonly checksum: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
/** A comment may follow the end record. */
const mostComment = 0xffff;
const mostEntries = 10_000;
/** No deflated byte unpacks to more. */
const mostPerByte = 1032;

/**
 * The entries of an archive by name, folders left out.
 *
 * @throws FormatError where they do not lie inside the archive, or a name leads out of it.
 */
export function zipDirectory(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fail = (why: string): never => {
    throw new FormatError({
      what: `${file} is not a sound zip archive: ${why}.`,
      expected: "a zip archive that is whole",
      received: `${bytes.length} bytes`,
      fix: "Save or download the file again.",
    });
  };
  const end = endOf(view) ?? fail("its end is missing");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count > mostEntries) fail(`it has more than ${mostEntries} entries`);
  const entries = new Map<string, ZipEntry>();
  for (let i = 0; i < count; i++) {
    if (at + entryBytes > end || view.getUint32(at, true) !== entrySignature) {
      fail("its list of entries is damaged");
    }
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const nameLength = view.getUint16(at + 28, true);
    const extras = view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    const name = new TextDecoder().decode(
      bytes.subarray(at + entryBytes, at + entryBytes + nameLength),
    );
    requireInside(name, file);
    if (flags & 1) fail(`its entry ${name} is encrypted`);
    if (method !== 0 && method !== 8) fail(`its entry ${name} is packed in an unknown way`);
    const most = method === 0 ? packed : packed * mostPerByte;
    if (size > most) fail(`its entry ${name} claims to be ${size} bytes, packed in ${packed}`);
    if (entries.has(name)) fail(`it has two entries ${name}`);
    const start = dataStart(view, view.getUint32(at + 42, true)) ?? fail(`${name} is missing`);
    if (start + packed > end) fail(`its entry ${name} is cut off`);
    if (!name.endsWith("/")) {
      const stored = bytes.subarray(start, start + packed);
      entries.set(name, { method, stored, size, checksum: view.getUint32(at + 16, true) });
    }
    at += entryBytes + nameLength + extras;
  }
  return entries;
}

/** Where the end record begins. */
function endOf(view: DataView): number | undefined {
  const last = view.byteLength - endBytes;
  for (let at = last; at >= Math.max(0, last - mostComment); at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  return undefined;
}

/** Where the bytes of the entry with the header at `at` begin. */
function dataStart(view: DataView, at: number): number | undefined {
  if (at + localBytes > view.byteLength) return undefined;
  if (view.getUint32(at, true) !== localSignature) return undefined;
  return at + localBytes + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
}

function requireInside(name: string, file: string): void {
  const parts = name.split(/[\\/]/);
  const leads = name.startsWith("/") || /^[a-z]:/i.test(name) || parts.includes("..");
  if (!leads && !name.includes("\0") && name !== "__proto__") return;
  throw new FormatError({
    what: `${file} has an entry whose name leads out of the archive.`,
    expected: "names such as config.json",
    received: JSON.stringify(name.slice(0, 80)),
    fix: "Do not use this file; fetch it again from a source you trust.",
  });
}
