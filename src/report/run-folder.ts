// The folder that a run leaves behind: runs/train, runs/train-2, ... Knows nothing of what is put into
// it.

import { platform } from "#platform";
import { ConfigError } from "../core/errors.ts";

const { basename, dirname, join } = platform.paths;

/** Where a run folder goes. */
export interface RunFolderOptions {
  /** The folder that holds all runs; created if missing. Default: `runs`. */
  readonly root?: string;
  /** The run's name, numbered where it is taken. Default: `train`. */
  readonly name?: string;
  /** Exactly this folder instead. It must be new, unless `isUnused` says otherwise. */
  readonly exact?: string;
  /** Whether an existing folder with these names in it can be used for `exact`. Default: none can. */
  readonly isUnused?: (names: readonly string[]) => boolean;
}

/**
 * Creates a new folder for a run and returns its path: `runs/train`, else `runs/train-2`, and so
 * on. Two runs that start together never get the same one.
 *
 * @throws ConfigError where the folder cannot be created, or `exact` exists already.
 * @example const folder = await createRunFolder(); // "runs/train"
 */
export async function createRunFolder(options: RunFolderOptions = {}): Promise<string> {
  const { root = "runs", name = "train", exact, isUnused } = options;
  if (exact !== undefined) {
    if (await tryToCreate(exact)) return exact;
    if (isUnused?.(await namesIn(exact))) return exact;
    throw new ConfigError({
      what: `The run folder ${exact} already exists.`,
      expected: "a new folder, so that no earlier run is overwritten",
      fix: "Choose another folder, or move the old one away.",
    });
  }
  checkName(name);
  for (let number = 1; ; number++) {
    const folder = join(root, number === 1 ? name : `${name}-${number}`);
    if (await tryToCreate(folder)) return folder;
  }
}

function checkName(name: string): void {
  const isPlain = name !== "" && name !== "." && name !== ".." && !/[\\/]/.test(name);
  if (isPlain && basename(name) === name) return;
  throw new ConfigError({
    what: "The name of the run cannot be the name of a folder.",
    expected: "a name without slashes, such as train",
    received: JSON.stringify(name),
    fix: "Use root for the folder that holds all runs, and name for the run.",
  });
}

/** What a folder holds; where it cannot be seen, its own path, which no rule takes for unused. */
function namesIn(folder: string): Promise<string[]> {
  return platform.files.list(folder).catch(() => [folder]);
}

/** False where something of that name exists; making a folder is atomic. */
async function tryToCreate(folder: string): Promise<boolean> {
  try {
    await platform.disk.makeFolder(dirname(folder));
  } catch (cause) {
    throw cannotCreate(dirname(folder), cause);
  }
  try {
    return await platform.disk.makeNewFolder(folder);
  } catch (cause) {
    throw cannotCreate(folder, cause);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
}

function cannotCreate(folder: string, cause: unknown): ConfigError {
  const code = codeOf(cause);
  return new ConfigError({
    what: `The run folder ${folder} could not be created: ${whyNot(code)}.`,
    expected: "a folder that can be created",
    fix: "Choose another folder, or make its parent folder writable.",
    cause,
  });
}

function whyNot(code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `its parent folder is not writable (${code})`;
    case "EROFS":
      return "its disk is read-only";
    case "ENOSPC":
    case "EDQUOT":
      return "its disk is full";
    case "EEXIST":
    case "ENOTDIR":
      return "a file is in its way";
    case "ENAMETOOLONG":
      return "its name is too long";
    default:
      return `the system reports ${code}`;
  }
}
