// How many threads this process can run at once: the processors, less what a mask or a container's quota
// takes away. The parts that read text know nothing of files.

import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** Numbers in a list such as `0-3,8`; 0 where it is not such a list. */
export function listLength(list: string): number {
  let count = 0;
  for (const range of list.trim().split(",")) {
    const found = /^(\d+)(?:-(\d+))?$/.exec(range);
    if (found === null) return 0;
    const [from, to] = [Number(found[1]), Number(found[2] ?? found[1])];
    count += Math.max(0, to - from + 1);
  }
  return count;
}

/** Processors that `/proc/self/status` allows, or undefined where it does not say. */
export function allowedCores(status: string): number | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
  return list === undefined ? undefined : listLength(list) || undefined;
}

/** A quota in processors, from `cpu.max` (`200000 100000`, or `max 100000` without a limit). */
export function quotaOf(max: string): number | undefined {
  const [quota, period = 100_000] = max.trim().split(/\s+/).map(Number);
  return quota > 0 && period > 0 ? quota / period : undefined;
}

/** Where a process finds its quotas. */
interface QuotaFolders {
  /** Folders of control groups version 2, the process's own first, then those around it. */
  readonly unified: readonly string[];
  /** The same for the processor controller of version 1. */
  readonly processor: readonly string[];
}

/** A group's folder and all around it, up to `root`. */
function upward(root: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return parts.map((_, i) => [root, ...parts.slice(0, parts.length - i)].join("/")).concat(root);
}

/** What `/proc/self/cgroup` says of the folders below `/sys/fs/cgroup`. */
export function quotaFolders(cgroup: string): QuotaFolders {
  const root = "/sys/fs/cgroup";
  const unified: string[] = [];
  const processor: string[] = [];
  for (const line of cgroup.split("\n")) {
    const found = /^\d+:([^:]*):(.*)$/.exec(line);
    if (found === null) continue;
    const [, controllers, path] = found;
    if (controllers === "") {
      // Where both versions are in use, version 2 lies in a folder of its own.
      unified.push(...upward(root, path), ...upward(`${root}/unified`, path));
    } else if (controllers.split(",").includes("cpu")) {
      processor.push(...upward(`${root}/${controllers}`, path));
      if (controllers !== "cpu") processor.push(...upward(`${root}/cpu`, path));
    }
  }
  return { unified, processor };
}

/** The text of a file, or undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/** The smallest quota around this process, in processors; Infinity without any. */
export function smallestQuota(read: ReadText): number {
  const { unified, processor } = quotaFolders(read("/proc/self/cgroup") ?? "");
  const quotas = [
    ...unified.map((folder) => read(`${folder}/cpu.max`)),
    ...processor.map((folder) => {
      const quota = read(`${folder}/cpu.cfs_quota_us`);
      const period = read(`${folder}/cpu.cfs_period_us`);
      return quota === undefined ? undefined : `${quota.trim()} ${period ?? ""}`;
    }),
  ].map((text) => (text === undefined ? undefined : quotaOf(text)));
  return Math.min(Number.POSITIVE_INFINITY, ...quotas.filter((quota) => quota !== undefined));
}

/** Threads for so many processors: a part of one counts as one, since a quota of 1.5 keeps two busy. */
export function coresWithin(processors: number, read: ReadText): number {
  const allowed = allowedCores(read("/proc/self/status") ?? "") ?? processors;
  return Math.max(1, Math.min(processors, allowed, Math.ceil(smallestQuota(read))));
}

/** Reads a file of the system. */
export const readSystemFile: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** How many threads this machine runs at once for this process. */
export function coreCount(): number {
  return coresWithin(availableParallelism(), readSystemFile);
}
