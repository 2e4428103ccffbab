// Damage that decoders pass over or report in words of their own, found before they run.

import { platform } from "#platform";
import { avifEnd, tiffEnd } from "./containers.ts";
import type { ImageHeader } from "./header.ts";
import { ImageError } from "./image-error.ts";

/**
 * @throws ImageError with the reason `truncated` where the bytes end before the file says, or `checksum` where a
 * part of a PNG differs from its checksum. GIF says nothing of its length.
 */
export function verifyImage(bytes: Uint8Array, { format }: ImageHeader, file: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (format === "jpeg") verifyJpeg(bytes, file);
    if (format === "png") verifyPng(bytes, view, file);
    if (format === "webp") verifyLength(bytes.length, view.getUint32(4, true) + 8, file);
    if (format === "tiff") verifyLength(bytes.length, tiffEnd(view), file);
    if (format === "avif") verifyLength(bytes.length, avifEnd(view), file);
  } catch (cause) {
    throw cause instanceof RangeError ? tooShort(bytes.length, undefined, file) : cause;
  }
}

/** Programs write about ten. */
const mostScans = 100;

/**
 * Scans of a progressive JPEG, each of which goes over all pixels, and the end behind the last one, which browsers do
 * not miss. Within pixels, a 0 follows each FF.
 */
function verifyJpeg(bytes: Uint8Array, file: string): void {
  let scans = 0;
  let hasEnd = false;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) hasEnd = true;
    if (bytes[at + 1] !== 0xda) continue;
    scans++;
    hasEnd = false;
  }
  if (scans > mostScans) {
    throw new ImageError("too-slow", {
      what: `${file} would take too long to decode.`,
      expected: `at most ${mostScans} scans of its pixels`,
      received: String(scans),
      fix: "Save it again as a JPEG of the usual kind.",
    });
  }
  if (scans > 0 && !hasEnd) throw tooShort(bytes.length, undefined, file);
}

/** Chunks: length, name, data, CRC-32 of name and data; the last one is IEND. What follows does not matter. */
function verifyPng(bytes: Uint8Array, view: DataView, file: string): void {
  for (let at = 8; ; ) {
    const length = view.getUint32(at);
    verifyLength(bytes.length, at + 12 + length, file);
    const stated = view.getUint32(at + 8 + length);
    const computed = platform.crc32(bytes.subarray(at + 4, at + 8 + length)) >>> 0;
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (computed !== stated) throw wrongChecksum(name, stated, computed, file);
    if (name === "IEND") return;
    at += 12 + length;
  }
}

function verifyLength(length: number, stated: number, file: string): void {
  if (length < stated) throw tooShort(length, stated, file);
}

function tooShort(length: number, stated: number | undefined, file: string): ImageError {
  return new ImageError("truncated", {
    what: `${file} ends too early.`,
    ...(stated === undefined ? {} : { expected: `at least ${stated} bytes` }),
    received: `${length} bytes`,
    fix: "Copy or download it again.",
  });
}

const hex = (value: number) => value.toString(16).padStart(8, "0");

function wrongChecksum(name: string, stated: number, computed: number, file: string): ImageError {
  return new ImageError("checksum", {
    what: `${file} is damaged: a part of it has a wrong checksum.`,
    expected: `${hex(stated)} for the part ${name}`,
    received: hex(computed),
    fix: "Copy or download it again.",
  });
}
