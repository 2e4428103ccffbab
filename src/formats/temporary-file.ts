// What unfinished files are called, and which of them nobody will finish.

import { createHash, randomUUID } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** No write takes so long: what is older was left by a process that is gone, on whatever computer. */
const longestWrite = 24 * 60 * 60 * 1000;

/** The clock of a disk may differ from that of the process by so many milliseconds. */
const clockTolerance = 2000;

const digestOf = (text: string, length: number) =>
  createHash("md5").update(text).digest("hex").slice(0, length);

/** This computer, or container: a process number means nothing elsewhere. */
const host = digestOf(hostname(), 6);

/**
 * A name of its own beside `path`, for bytes that are still being written. It says who writes: the
 * computer and the process. Its length does not depend on the name, which may be as long as names can be.
 */
export function temporaryPath(path: string): string {
  const unique = randomUUID().slice(0, 8);
  return join(dirname(path), `${prefixOf(path)}${host}-${process.pid}-${unique}.tmp`);
}

function prefixOf(path: string): string {
  return `.fovea-${digestOf(basename(path), 8)}-`;
}

/** The temporary files for `path` whose writers are gone. Those of others at work are not among them. */
export async function abandonedFiles(path: string): Promise<string[]> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const prefix = prefixOf(path);
  const abandoned: string[] = [];
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const file = join(folder, name);
    const status = await stat(file).catch(() => undefined);
    if (status === undefined) continue;
    if (isAbandoned(name.slice(prefix.length), status.mtimeMs)) abandoned.push(file);
  }
  return abandoned;
}

function isAbandoned(writer: string, touched: number): boolean {
  if (Date.now() - touched > longestWrite) return true;
  const [, where, id] = /^([0-9a-f]{6})-(\d+)-/.exec(writer) ?? [];
  if (where !== host) return false;
  // A container gives its first process the same number each time: then the time tells them apart.
  if (Number(id) === process.pid) {
    return touched < Date.now() - process.uptime() * 1000 - clockTolerance;
  }
  return !isRunning(Number(id));
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (cause) {
    // Whoever may not be asked is there.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
}
