// Ends a run between any two changes that it makes to the disk, as a kill would: what was written stays, and nothing
// comes after it. All changes go through `disk` of the platform (src/platform).

import { spawnSync } from "node:child_process";
import { renameSync, statSync, writeFileSync } from "node:fs";
import { platform } from "#platform";
import type { Disk } from "../src/platform/platform.ts";

/** What a change to the disk throws from the kill on. */
export class Killed extends Error {}

export interface KillOutcome {
  /** Whether the run came as far as the kill. */
  readonly isKilled: boolean;
  /** The changes that were made before it, such as `rename best.safetensors`. */
  readonly acts: readonly string[];
}

/**
 * Runs `run`, and lets it make `count` changes to the disk; the next one is not made, nor any after it. With
 * `half`, of the bytes that the next one would write the first half is written. However the run ends is
 * taken for its end. Temporary files that are left look like those of a process that is gone.
 *
 * @example
 * for (let count = 0; ; count++) {
 *   const { isKilled } = await killedAfter(count, () => train());
 *   if (!isKilled) break;
 *   await resume(); // must end in the same bits
 * }
 */
export async function killedAfter(
  count: number,
  run: () => Promise<unknown>,
  { half = false }: { readonly half?: boolean } = {},
): Promise<KillOutcome> {
  const acts: string[] = [];
  const written = new Set<string>();
  let isKilled = false;
  let isHalfWritten = false;
  const { disk } = platform;
  const original: Disk = { ...disk };
  const mayGoOn = (act: string) => {
    if (isKilled) return false;
    isKilled = acts.length === count;
    isHalfWritten = isKilled && !act.startsWith("write");
    if (!isKilled) acts.push(act);
    return !isKilled;
  };
  Object.assign(disk, {
    async write(path, content) {
      written.add(path);
      if (mayGoOn(`write ${path}`)) return original.write(path, content);
      if (half && !isHalfWritten) writeFileSync(path, content.slice(0, content.length / 2));
      isHalfWritten = true;
      throw new Killed(path);
    },
    async rename(from, to) {
      if (!mayGoOn(`rename ${to}`)) throw new Killed(to);
      return original.rename(from, to);
    },
    async remove(path) {
      if (!mayGoOn(`remove ${path}`)) throw new Killed(path);
      return original.remove(path);
    },
    async append(path, content) {
      if (!mayGoOn(`append ${path}`)) throw new Killed(path);
      return original.append(path, content);
    },
    async makeFolder(path) {
      if (!mayGoOn(`makeFolder ${path}`)) throw new Killed(path);
      return original.makeFolder(path);
    },
    async makeNewFolder(path) {
      if (!mayGoOn(`makeNewFolder ${path}`)) throw new Killed(path);
      return original.makeNewFolder(path);
    },
    async openToWrite(path) {
      if (!mayGoOn(`openToWrite ${path}`)) throw new Killed(path);
      return original.openToWrite(path);
    },
  } satisfies Disk);
  try {
    await run();
  } catch (error) {
    if (!isKilled) throw error;
  } finally {
    Object.assign(disk, original);
  }
  for (const path of written) {
    const orphan = path.replace(`-${process.pid}-`, `-${endedProcess()}-`);
    if (exists(path)) renameSync(path, orphan);
  }
  return { isKilled, acts };
}

const exists = (path: string) => statSync(path, { throwIfNoEntry: false }) !== undefined;

let ended: number | undefined;

/** The number of a process that is gone. */
function endedProcess(): number {
  ended ??= spawnSync(process.execPath, ["--version"]).pid;
  return ended;
}
