// A file whose size and MD5 its authors have published, and whether some bytes are that file. Knows no
// dataset and no network. MD5 tells damage, and is what the authors published.

import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";

export interface PublishedFile {
  readonly name: string;
  /** Its exact size, which bounds every download. */
  readonly bytes: number;
  /** The published MD5, in hexadecimal. */
  readonly md5: string;
}

/** Whether `content` is exactly the published file. */
export function isPublished(file: PublishedFile, content: Uint8Array): boolean {
  if (content.length !== file.bytes) return false;
  return createHash("md5").update(content).digest("hex") === file.md5;
}

/** Whether exactly the published file lies at `path`; false where nothing readable does. */
export async function liesAt(path: string, file: PublishedFile): Promise<boolean> {
  if ((await sizeAt(path)) !== file.bytes) return false;
  return isPublished(file, await readFile(path));
}

/** The size in bytes of the file at `path`; undefined where there is none. */
export async function sizeAt(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
