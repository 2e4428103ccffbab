// Whether a result can be written where it should go, before the work that makes it.

import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { ConfigError } from "../core/errors.ts";

/** @throws ConfigError where `path` is a folder, or its folder is missing or may not be written. */
export async function requireWritable(path: string): Promise<void> {
  const folder = dirname(path);
  const status = await stat(path).catch(() => undefined);
  const above = await stat(folder).catch(() => undefined);
  const isFree = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  const received = status?.isDirectory()
    ? "a folder of that name"
    : !above?.isDirectory()
      ? `there is no folder ${folder}`
      : isFree
        ? undefined
        : `the folder ${folder} is read-only for this user`;
  if (received === undefined) return;
  throw new ConfigError({
    what: `The file ${path} cannot be written.`,
    expected: "the path of a file in a folder that can be written",
    received,
    fix: "choose another path with --out",
  });
}
