// Files of the page's own file system (https://fs.spec.whatwg.org), which lasts from visit to visit and no other
// page sees. A path is one below its root, with or without a slash in front.

import type { Disk, Files } from "../platform.ts";
import { paths } from "./paths.ts";

/** Renames at once, in place of a file that has the name; browsers have it, and the types do not yet. */
interface Movable {
  move?(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}

/** An error with the code that Node would give. */
function failure(code: string, what: string, cause?: unknown): Error {
  return Object.assign(new Error(`${code}: ${what}`, { cause }), { code });
}

/** What browsers call the failures of files, and what Node calls them. */
const codes: Readonly<Record<string, string>> = {
  NotFoundError: "ENOENT",
  TypeMismatchError: "ENOTDIR",
  QuotaExceededError: "EDQUOT",
  NoModificationAllowedError: "EACCES",
  NotAllowedError: "EACCES",
  SecurityError: "EACCES",
};

async function named<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && typeof cause.code === "string") throw cause;
    const { name = "", message = String(cause) } = cause as Partial<Error>;
    throw failure(codes[name] ?? name, `${message}, ${path}`, cause);
  }
}

async function rootFolder(): Promise<FileSystemDirectoryHandle> {
  if (globalThis.navigator?.storage?.getDirectory === undefined) {
    throw failure("ENOSYS", "this page has no file system; it must be served by https");
  }
  return navigator.storage.getDirectory();
}

const partsOf = (path: string) =>
  paths
    .resolve(path)
    .split("/")
    .filter((part) => part !== "");

async function folderAt(path: string, create = false): Promise<FileSystemDirectoryHandle> {
  let folder = await rootFolder();
  for (const part of partsOf(path)) folder = await folder.getDirectoryHandle(part, { create });
  return folder;
}

/** The folder that holds `path`, and the name there. */
async function placeOf(path: string) {
  const name = partsOf(path).at(-1);
  if (name === undefined) throw failure("EISDIR", "the root is a folder");
  return { folder: await folderAt(paths.dirname(paths.resolve(path))), name };
}

async function fileAt(path: string, create = false): Promise<FileSystemFileHandle> {
  const { folder, name } = await placeOf(path);
  try {
    return await folder.getFileHandle(name, { create });
  } catch (cause) {
    if ((cause as Error).name !== "TypeMismatchError") throw cause;
    throw failure("EISDIR", `a folder has that name, ${path}`, cause);
  }
}

/** What can be written, which shared memory cannot. */
const plain = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : Uint8Array.from(bytes);

async function fill(file: FileSystemFileHandle, content: Uint8Array | string): Promise<void> {
  // The bytes come into place when the stream is closed.
  const stream = await file.createWritable();
  await stream.write(typeof content === "string" ? content : plain(content));
  await stream.close();
}

export const disk: Disk = {
  write: (path, content) =>
    named(path, async () => {
      if ((await files.status(path)) !== undefined) throw failure("EEXIST", path);
      await fill(await fileAt(path, true), content);
    }),
  rename: (from, to) =>
    named(to, async () => {
      const file = await fileAt(from);
      const { folder, name } = await placeOf(to);
      const { kind } = (await files.status(to)) ?? {};
      if (kind === "folder") throw failure("EISDIR", `a folder has that name, ${to}`);
      const movable: Movable = file as Movable;
      if (movable.move !== undefined) return movable.move(folder, name);
      await fill(
        await fileAt(to, true),
        new Uint8Array(await (await file.getFile()).arrayBuffer()),
      );
      await disk.remove(from);
    }),
  remove: (path) =>
    named(path, async () => {
      if ((await files.status(path)) === undefined) return;
      const { folder, name } = await placeOf(path);
      await folder.removeEntry(name);
    }),
  append: (path, content) =>
    named(path, async () => {
      const file = await fileAt(path, true);
      const { size } = await file.getFile();
      const stream = await file.createWritable({ keepExistingData: true });
      await stream.seek(size);
      await stream.write(typeof content === "string" ? content : plain(content));
      await stream.close();
    }),
  makeFolder: (path) =>
    named(path, async () => {
      await folderAt(path, true);
    }),
  makeNewFolder: (path) =>
    named(path, async () => {
      if ((await files.status(path)) !== undefined) return false;
      const { folder, name } = await placeOf(path);
      await folder.getDirectoryHandle(name, { create: true });
      return true;
    }),
  openToWrite: (path) =>
    named(path, async () => {
      const file = await fileAt(path, true);
      const stream = await file.createWritable({ keepExistingData: true });
      return {
        write: (bytes, position) =>
          named(path, () => stream.write({ type: "write", position, data: plain(bytes) })),
        close: () => named(path, () => stream.close()),
      };
    }),
};

export const files: Files = {
  async status(path) {
    try {
      if (partsOf(path).length === 0) {
        await rootFolder();
        return { kind: "folder", bytes: 0, modified: 0 };
      }
      const { folder, name } = await placeOf(path);
      const file = await folder.getFileHandle(name).catch((cause: Error) => {
        if (cause.name === "TypeMismatchError") return undefined;
        throw cause;
      });
      if (file === undefined) return { kind: "folder", bytes: 0, modified: 0 };
      const { size, lastModified } = await file.getFile();
      return { kind: "file", bytes: size, modified: lastModified };
    } catch {
      return undefined;
    }
  },
  openToRead: (path) =>
    named(path, async () => {
      const file = await (await fileAt(path)).getFile();
      return {
        isFile: true,
        bytes: file.size,
        read: () => named(path, async () => new Uint8Array(await file.arrayBuffer())),
        readInto: (target, position) =>
          named(path, async () => {
            const part = file.slice(position, position + target.length);
            const bytes = new Uint8Array(await part.arrayBuffer());
            target.set(bytes);
            return bytes.length;
          }),
        close: async () => {},
      };
    }),
  list: (path) =>
    named(path, async () => {
      const folder = (await folderAt(path)) as FileSystemDirectoryHandle & {
        keys(): AsyncIterable<string>;
      };
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    }),
  // There are no links.
  realPath: async (path) => paths.resolve(path),
  sync: async () => {},
  cacheFolder: () => "/.cache/fovea",
  assetFolder: () => undefined,
};
