// A file of which its authors have published size and checksum, and whether some bytes are that
// file. Knows no dataset and no network. Checksums tell damage, and are what the authors published.

import { platform } from "#platform";

/** A file, and what is known of it. What is not known is left out, and not checked. */
export interface ExpectedFile {
  readonly name: string;
  /** Its exact size, which bounds every download. */
  readonly bytes?: number;
  /** The published MD5, in hexadecimal. */
  readonly md5?: string;
  /** The published SHA-256 in hexadecimal, or as many of its first digits as are published. */
  readonly sha256?: string;
}

/** A file whose size and MD5 are known. */
export interface PublishedFile extends ExpectedFile {
  readonly bytes: number;
  readonly md5: string;
}

/** What is expected of a file, in words. */
export function expectationOf({ bytes, md5, sha256 }: Omit<ExpectedFile, "name">): string {
  const parts = [
    ...(bytes === undefined ? [] : [`${bytes} bytes`]),
    ...(md5 === undefined ? [] : [`the MD5 ${md5}`]),
    ...(sha256 === undefined ? [] : [`the SHA-256 ${sha256}${sha256.length < 64 ? "…" : ""}`]),
  ];
  return parts.join(" with ") || "a file";
}

/** Whether `content` is as much as is known of the file. */
export async function isExpected(file: ExpectedFile, content: Uint8Array): Promise<boolean> {
  const { bytes, md5, sha256 } = file;
  if (bytes !== undefined && content.length !== bytes) return false;
  if (md5 !== undefined && platform.md5(content) !== md5) return false;
  return sha256 === undefined || (await sha256Of(content)).startsWith(sha256);
}

/** In hexadecimal. */
async function sha256Of(content: Uint8Array): Promise<string> {
  // A plain array: what is shared between threads is not taken.
  const plain = content.buffer instanceof ArrayBuffer ? content : content.slice();
  const digest = await crypto.subtle.digest("SHA-256", plain as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether `content` is exactly the published file. */
export function isPublished(file: PublishedFile, content: Uint8Array): boolean {
  if (content.length !== file.bytes) return false;
  return platform.md5(content) === file.md5;
}

/** Whether just that file lies at `path`; false where nothing readable does. */
export async function liesAt(path: string, file: ExpectedFile): Promise<boolean> {
  const size = await sizeAt(path);
  if (size === undefined || size !== (file.bytes ?? size)) return false;
  // Another process may have moved it away just now.
  const content = await readBytes(path).catch(() => undefined);
  return content !== undefined && isExpected(file, content);
}

/** The size in bytes of the file at `path`; undefined where there is none. */
export async function sizeAt(path: string): Promise<number | undefined> {
  const found = await platform.files.status(path);
  return found?.kind === "file" ? found.bytes : undefined;
}

/** All bytes of the file at `path`. @throws whatever the system throws. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const file = await platform.files.openToRead(path);
  try {
    return await file.read();
  } finally {
    await file.close();
  }
}
