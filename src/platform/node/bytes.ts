// Checksums and gzip, by Node's own libraries. They are loaded when they are used.

import { crc32 as crc32ByTable } from "../../core/crc32.ts";
import { GunzipLimit } from "../platform.ts";

/** Unpacked bytes come in pieces of this size; small enough to stop a bomb early. */
const chunkSize = 2 ** 18;

const zlib = () => process.getBuiltinModule("node:zlib");

export function md5(bytes: Uint8Array): string {
  return process.getBuiltinModule("node:crypto").createHash("md5").update(bytes).digest("hex");
}

export function crc32(bytes: Uint8Array, before = 0): number {
  const { crc32 } = zlib();
  // The library behind Node starts anew where it is given no bytes. Older versions of Node have none.
  if (bytes.length === 0 || typeof crc32 !== "function") return crc32ByTable(bytes, before);
  return crc32(bytes, before);
}

export async function gunzip(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  try {
    return zlib().gunzipSync(bytes, { chunkSize, maxOutputLength: limit });
  } catch (cause) {
    const isTooLarge =
      cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? new GunzipLimit(cause.message, { cause }) : cause;
  }
}

export async function gunzipStart(bytes: Uint8Array): Promise<Uint8Array> {
  const { constants, gunzipSync } = zlib();
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}
