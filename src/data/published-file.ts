// A file whose size and MD5 its authors have published, and whether some bytes are that file. Knows no
// dataset and no network. MD5 tells damage, and is what the authors published.

import { platform } from "#platform";

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
  return platform.md5(content) === file.md5;
}

/** Whether exactly the published file lies at `path`; false where nothing readable does. */
export async function liesAt(path: string, file: PublishedFile): Promise<boolean> {
  if ((await sizeAt(path)) !== file.bytes) return false;
  // Another process may have moved it away just now.
  const content = await readBytes(path).catch(() => undefined);
  return content !== undefined && isPublished(file, content);
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
