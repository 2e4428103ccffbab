// Whole files: read within a limit, written completely or not at all. Knows no format.

import { platform } from "#platform";
import { FormatError } from "../core/errors.ts";
import { suggestion } from "../core/names.ts";
import { abandonedFiles, temporaryPath } from "./temporary-file.ts";

const { paths } = platform;

/** More bytes than may be read. */
export class TooLargeError extends FormatError {}

/**
 * Writes `content` to `path` so that the file is, at every instant and after every failure, either
 * the old one or the new one: the bytes go to a temporary file in the same folder, to the disk, and
 * then take the name. A symbolic link at `path` is replaced. Of several writers the last one wins.
 * What a process that was killed left of its attempts to write `path` is removed.
 *
 * @throws FormatError where the disk is full, the folder is missing or may not be written, or
 * `path` is a folder. The old file is then as it was, and the temporary one is gone.
 * @example await writeFileAtomically("runs/train/last.safetensors", encodeSafetensors(model));
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const folder = paths.dirname(path);
  const temporary = temporaryPath(path);
  try {
    await platform.disk.write(temporary, content);
    await platform.disk.rename(temporary, path);
  } catch (cause) {
    await platform.disk.remove(temporary).catch(() => undefined);
    throw writeError(path, folder, cause);
  }
  // The new name itself survives a power cut.
  await platform.files.sync(folder);
  await removeLeftovers(path);
}

/**
 * Removes what processes that were killed left of their attempts to write `path`. Files of writers that
 * are still at work stay.
 */
export async function removeLeftovers(path: string): Promise<void> {
  for (const file of await abandonedFiles(path))
    await platform.disk.remove(file).catch(() => undefined);
}

/**
 * The bytes of the file at `path`.
 *
 * @param options.maximumBytes The largest file that is read; Default: 2 GiB.
 * @throws FormatError where there is no such file, it may not be read, or it is larger.
 * @example const bytes = await readWholeFile("best.safetensors");
 */
export async function readWholeFile(
  path: string,
  { maximumBytes = 2 ** 31 }: { readonly maximumBytes?: number } = {},
): Promise<Uint8Array> {
  try {
    const file = await platform.files.openToRead(path);
    try {
      if (!file.isFile) throw notAFile(path);
      if (file.bytes > maximumBytes) throw tooLarge(path, file.bytes, maximumBytes);
      return await file.read();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof FormatError) throw cause;
    throw await readError(path, cause);
  }
}

/** The path of the file `name` in the folder of `path`. */
export function besidePath(path: string, name: string): string {
  return paths.join(paths.dirname(path), name);
}

function codeOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : "unknown";
}

/** Browsers give one to pages of https and of this machine alone. */
const noFileSystem = "this page has no file system";

interface Diagnosis {
  readonly why: string;
  readonly fix: string;
}

function whyNotWritten(code: string, folder: string): Diagnosis {
  switch (code) {
    case "ENOSPC":
      return { why: "the disk is full", fix: `Free some space on the disk that holds ${folder}.` };
    case "EDQUOT":
      return {
        why: "your disk quota is used up",
        fix: `Delete some of your files near ${folder}.`,
      };
    case "EFBIG":
      return {
        why: "it would be larger than this process may write",
        fix: "Raise the limit (ulimit -f), or use a disk that takes larger files.",
      };
    case "EACCES":
    case "EPERM":
      return {
        why: "its folder may not be written",
        fix: `Make ${folder} writable, or choose another folder.`,
      };
    case "EROFS":
      return { why: "its disk is read-only", fix: "Choose a folder on another disk." };
    case "ENOENT":
      return { why: "its folder does not exist", fix: `Create ${folder} first.` };
    case "ENOTDIR":
      return { why: `${folder} is not a folder`, fix: "Choose a path inside a folder." };
    case "EISDIR":
      return { why: "a folder has that name", fix: "Choose another name." };
    case "ENOSYS":
      return { why: noFileSystem, fix: "Serve the page by https, or keep the bytes yourself." };
    case "ENAMETOOLONG":
      return { why: "its name is too long", fix: "Choose a shorter name." };
    default:
      return { why: `the system reports ${code}`, fix: `Check the disk that holds ${folder}.` };
  }
}

function writeError(path: string, folder: string, cause: unknown): FormatError {
  const { why, fix } = whyNotWritten(codeOf(cause), folder);
  return new FormatError({
    what: `${path} could not be written: ${why}. Whatever was there before is unchanged.`,
    fix,
    cause,
  });
}

function whyNotRead(code: string): Diagnosis {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return { why: "there is no such file", fix: "Check the path." };
    case "EACCES":
    case "EPERM":
      return { why: "it may not be read", fix: "Change its permissions, or copy it elsewhere." };
    case "ENOSYS":
      return { why: noFileSystem, fix: "Serve the page by https, or read from bytes." };
    case "EISDIR":
      return { why: "it is a folder", fix: "Give the path of a file." };
    default:
      return { why: `the system reports ${code}`, fix: "Check the disk that holds it." };
  }
}

async function readError(path: string, cause: unknown): Promise<FormatError> {
  const code = codeOf(cause);
  if (code === "ENXIO") return notAFile(path);
  const { why, fix } = whyNotRead(code);
  const closest = code === "ENOENT" ? await closestTo(path) : {};
  return new FormatError({ what: `${path} could not be read: ${why}.`, fix, ...closest, cause });
}

/** The file, or the folder above it, that `path` may be a misspelling of. */
export async function closestTo(path: string): Promise<{ fix?: string }> {
  const folder = paths.dirname(path);
  const names = await platform.files.list(folder).catch(() => undefined);
  if (names === undefined) return folder === path ? {} : closestTo(folder);
  const { fix } = suggestion(names, paths.basename(path));
  return fix === undefined ? {} : { fix: `In ${folder}: ${fix}` };
}

function notAFile(path: string): FormatError {
  return new FormatError({
    what: `${path} could not be read: it is not a file.`,
    expected: "a file",
    received: "a folder, device, socket or pipe",
    fix: "Give the path of a file.",
  });
}

function tooLarge(path: string, size: number, maximumBytes: number): FormatError {
  return new TooLargeError({
    what: `${path} is too large to be read.`,
    expected: `at most ${maximumBytes} bytes`,
    received: `${size} bytes`,
    fix: "Check that this is the right file.",
  });
}
