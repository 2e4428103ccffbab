// What is asked of files and folders.

import { constants, type FileHandle, open, readdir, realpath, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Files } from "../platform.ts";
import { cacheFolder } from "./cache-folder.ts";

/** A pipe without a writer must not be waited for: it is no file. Windows has no such flag. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

export const files: Files = {
  async status(path) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return undefined;
    const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
    return { kind, bytes: found.size, modified: found.mtimeMs };
  },
  async openToRead(path) {
    const file = await open(path, readAtOnce);
    try {
      const found = await file.stat();
      return {
        isFile: found.isFile(),
        bytes: found.size,
        read: () => fill(file, new Uint8Array(found.size)),
        readInto: async (target, position) => (await fill(file, target, position)).length,
        close: () => file.close(),
      };
    } catch (error) {
      await file.close();
      throw error;
    }
  },
  list: (path) => readdir(path),
  realPath: (path) => realpath(path),
  async sync(path) {
    // Windows and some network disks cannot.
    const handle = await open(path, "r").catch(() => undefined);
    await handle?.sync().catch(() => undefined);
    await handle?.close().catch(() => undefined);
  },
  cacheFolder: () => cacheFolder(),
  // Beside the folder of code. Put together by hand: bundlers would take a folder in `new URL(…, import.meta.url)`
  // for a file of theirs.
  assetFolder(name) {
    const here = fileURLToPath(import.meta.url).split(/[\\/]/);
    const code = Math.max(here.lastIndexOf("dist"), here.lastIndexOf("src"), 0);
    return [...here.slice(0, code), "assets", name].join("/");
  },
};

/** Reads until `bytes` is full or the file ends; returns what came. */
async function fill(file: FileHandle, bytes: Uint8Array, position = 0): Promise<Uint8Array> {
  let filled = 0;
  while (filled < bytes.length) {
    const left = bytes.length - filled;
    const { bytesRead } = await file.read(bytes, filled, left, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
