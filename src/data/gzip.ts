// Gzip with a bound on what comes out, so that a small file cannot fill the memory. Knows nothing of what
// the bytes mean.

import { platform } from "#platform";
import { FormatError } from "../core/errors.ts";
import { GunzipLimit } from "../platform/platform.ts";

/** How many compressed bytes `gunzipStart` looks at; they unpack to 4 MB at the very most. */
const startBytes = 4096;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks the whole of `bytes`, to at most `limit` bytes; checks the CRC that gzip carries.
 *
 * @throws FormatError where the data is damaged, ends early or unpacks to more than `limit` bytes.
 */
export async function gunzip(bytes: Uint8Array, name: string, limit: number): Promise<Uint8Array> {
  return explained(name, limit, () => platform.gunzip(bytes, limit));
}

/** Unpacks only the beginning: enough for a header, whatever follows it. @throws FormatError */
export async function gunzipStart(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  const start = bytes.subarray(0, startBytes);
  return explained(name, Number.POSITIVE_INFINITY, () => platform.gunzipStart(start));
}

async function explained(
  name: string,
  limit: number,
  unpack: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  try {
    return await unpack();
  } catch (cause) {
    if (cause instanceof GunzipLimit) {
      throw new FormatError({
        what: `${name} unpacks to more bytes than it may.`,
        expected: `at most ${limit.toLocaleString("en-US")} bytes`,
        received: "more than that; unpacking was stopped",
        fix: "Do not use this file; fetch it again from a source you trust.",
        cause,
      });
    }
    throw new FormatError({
      what: `${name} is a damaged gzip file.`,
      expected: "gzip data that is whole and whose checksum fits",
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "Download or copy the file again.",
      cause,
    });
  }
}
