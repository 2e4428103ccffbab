// One run folder, one writer: a file in the folder says which process writes there. The lock of a process
// that has ended is taken over.

import { randomUUID } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { platform } from "#platform";
import { ConfigError } from "../../core/errors.ts";
import { SaveError } from "../exit.ts";

/** The lock's name in a run folder. */
export const lockName = "run.lock";

/** Who holds a lock. */
interface Holder {
  readonly process: number;
  readonly host: string;
  /** When that process began, in the system's own count, where the system tells: numbers are used again. */
  readonly begun: string | undefined;
  readonly since: string;
}

/** A lock that cannot be read is still being written; after so many milliseconds its writer is gone. */
const longestWriting = 1000;
/** How long to wait, in milliseconds, before such a lock is looked at again. */
const pause = 100;
/** The locks that this process holds. */
const held = new Set<string>();

/**
 * Locks a run folder, and gives what unlocks it.
 *
 * @throws ConfigError where another process, or another run of this one, writes there.
 * @throws SaveError where the folder cannot be written.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName);
  if (held.has(path)) throw inUse(folder, { ...(await ourselves()), since: "just now" });
  const content = `${JSON.stringify(await ourselves())}\n`;
  while (!(await tryToWrite(path, content))) {
    const seen = await readLock(path);
    if (seen === undefined) continue;
    if (seen.holder === undefined && seen.age < longestWriting) await setTimeout(pause);
    else if (seen.holder && (await isHeld(seen.holder))) throw inUse(folder, seen.holder);
    else await removeStale(path, seen.text);
  }
  held.add(path);
  await removeAside(folder);
  return async () => {
    held.delete(path);
    // A lock that stays is one of a process that is gone.
    await platform.disk.remove(path).catch(() => undefined);
  };
}

async function ourselves(): Promise<Holder> {
  return {
    process: process.pid,
    host: hostname(),
    begun: await beginningOf(process.pid),
    since: new Date().toISOString(),
  };
}

/** False where there is a lock. */
async function tryToWrite(path: string, content: string): Promise<boolean> {
  try {
    await platform.disk.write(path, content);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw new SaveError({
      what: `The run folder cannot be used: ${path} could not be written.`,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "make the folder writable, or choose another one with --out",
      cause,
    });
  }
}

interface SeenLock {
  readonly text: string;
  readonly holder: Holder | undefined;
  /** Milliseconds since it was written. */
  readonly age: number;
}

async function readLock(path: string): Promise<SeenLock | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const status = await stat(path).catch(() => undefined);
  if (text === undefined || status === undefined) return undefined;
  const age = Date.now() - status.mtimeMs;
  try {
    return { text, holder: JSON.parse(text) as Holder, age };
  } catch {
    return { text, holder: undefined, age };
  }
}

/** Whether somebody writes under this lock, as far as can be seen from here. */
async function isHeld(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  // Locks that this process holds are in `held`; this is one of an earlier process of the same number.
  if (holder.process === process.pid) return false;
  try {
    process.kill(holder.process, 0);
  } catch (cause) {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EPERM";
    if (!isThere) return false;
  }
  const begun = await beginningOf(holder.process);
  return begun === undefined || holder.begun === undefined || begun === holder.begun;
}

/** Removes the lock that was seen. One that somebody else has put in its place meanwhile goes back. */
async function removeStale(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID().slice(0, 8)}`;
  const isMoved = await platform.disk.rename(path, aside).then(
    () => true,
    () => false,
  );
  if (!isMoved) return;
  const found = await readLock(aside);
  if (found !== undefined && found.text !== text) await tryToWrite(path, found.text);
  await platform.disk.remove(aside).catch(() => undefined);
}

/** What a process that was killed in the middle of that has left. */
async function removeAside(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${lockName}.`)) continue;
    await platform.disk.remove(join(folder, name)).catch(() => undefined);
  }
}

/** When a process began, by the count of Linux's `/proc`; undefined where there is none. */
async function beginningOf(id: number): Promise<string | undefined> {
  const line = await readFile(`/proc/${id}/stat`, "utf8").catch(() => undefined);
  // The name of the program, in brackets, may hold anything; the beginning is the 20th field after it.
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19];
}

function inUse(folder: string, { process: id, host, since }: Holder): ConfigError {
  return new ConfigError({
    what: `Another process is writing into the run folder ${folder}.`,
    expected: "a folder that no other run uses",
    received: `process ${id} on ${host}, since ${since}`,
    fix:
      "wait until it has ended, or choose another folder with --out. If that process is gone, " +
      `delete ${join(folder, lockName)}`,
  });
}
