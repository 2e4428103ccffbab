// Every change that Fovea makes to a folder, one function each. They are fields of one object so that a
// test can end a run between any two of them, and see what is left.

import { appendFile, mkdir, open, rename, rm } from "node:fs/promises";

/** The acts that change what a folder holds. */
export interface Disk {
  /** A new file, and its bytes on the disk itself. Fails where there is one of that name. */
  write(path: string, content: Uint8Array | string): Promise<void>;
  /** Gives a file its name, in place of the file that has it: at once, or not at all. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
  /** Adds bytes to the end of a file, which is made where there is none. */
  append(path: string, content: Uint8Array | string): Promise<void>;
  /** Makes a folder and those above it, where they are missing. */
  makeFolder(path: string): Promise<void>;
}

export const disk: Disk = {
  async write(path, content) {
    const file = await open(path, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  append: appendFile,
  async makeFolder(path) {
    await mkdir(path, { recursive: true });
  },
};
