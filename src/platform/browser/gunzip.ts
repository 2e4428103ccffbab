// Gzip by a library: what browsers have for it refuses a file of several members.

import { Gunzip } from "fflate";
import { crc32 } from "../../core/crc32.ts";
import { GunzipLimit } from "../platform.ts";

/** Packed bytes are taken in pieces of this size; small enough to stop a bomb early. */
const chunkSize = 2 ** 14;

/** Hands every piece that comes out of `bytes` to `take`; gives the number of members. */
function unpack(bytes: Uint8Array, take: (piece: Uint8Array) => void): number {
  let members = 0;
  const stream = new Gunzip(take);
  stream.onmember = () => {
    members++;
  };
  for (let at = 0; at < bytes.length; at += chunkSize) {
    stream.push(bytes.subarray(at, at + chunkSize), at + chunkSize >= bytes.length);
  }
  return members;
}

export function gunzip(bytes: Uint8Array, limit: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let sum = 0;
  unpack(bytes, (piece) => {
    length += piece.length;
    if (length > limit) throw new GunzipLimit(`it unpacks to more than ${limit} bytes`);
    sum = crc32(piece, sum);
    pieces.push(piece);
  });
  const end = new DataView(bytes.buffer, bytes.byteOffset + Math.max(0, bytes.length - 8));
  const isWhole = bytes.length >= 18 && end.getUint32(4, true) === length % 2 ** 32;
  if (!isWhole) throw new Error("unexpected end of file");
  if (end.getUint32(0, true) !== sum) throw new Error("incorrect data check");
  const content = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}

export function gunzipStart(bytes: Uint8Array): Uint8Array {
  const pieces: number[] = [];
  const take = (piece: Uint8Array) => {
    for (const byte of piece) pieces.push(byte);
  };
  try {
    unpack(bytes, take);
  } catch (cause) {
    // The rest is missing on purpose; where nothing came, there is no such beginning.
    if (pieces.length === 0) throw cause;
  }
  return Uint8Array.from(pieces);
}
