// Every change that Fovea makes to a folder, one function each.

import { appendFile, constants, mkdir, open, rename, rm } from "node:fs/promises";
import type { Disk } from "../platform.ts";

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
  async makeNewFolder(path) {
    try {
      await mkdir(path);
      return true;
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
      throw cause;
    }
  },
  async openToWrite(path) {
    // Never cut: another process may be writing the same bytes to the same places.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT);
    return {
      async write(bytes, position) {
        for (let done = 0; done < bytes.length; ) {
          const left = bytes.length - done;
          done += (await file.write(bytes, done, left, position + done)).bytesWritten;
        }
      },
      close: () => file.close(),
    };
  },
};
