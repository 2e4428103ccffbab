// How many threads a process runs at once, from what Linux says of masks and quotas.

import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import {
  allowedCores,
  coreCount,
  coresWithin,
  listLength,
  quotaFolders,
  quotaOf,
} from "../../src/platform/node/processors.ts";

/** A machine whose files are these. */
const files = (texts: Record<string, string>) => (path: string) => texts[path];

describe("lists of processors", () => {
  test.each([
    ["0", 1],
    ["0-3", 4],
    ["0-3,8", 5],
    ["1,3,5-6\n", 4],
    ["", 0],
    ["all", 0],
  ])("%j has %i", (list, count) => {
    expect(listLength(list)).toBe(count);
  });

  test("are found in a process's status", () => {
    const status = "Name:\tnode\nCpus_allowed:\t5\nCpus_allowed_list:\t0,2\nMems_allowed:\t1\n";
    expect(allowedCores(status)).toBe(2);
    expect(allowedCores("Name:\tnode\n")).toBeUndefined();
  });
});

describe("quotas", () => {
  test.each([
    ["200000 100000\n", 2],
    ["150000 100000", 1.5],
    ["50000", 0.5],
    ["max 100000", undefined],
    ["-1 100000", undefined],
    ["", undefined],
  ])("%j is %j processors", (max, quota) => {
    expect(quotaOf(max)).toBe(quota);
  });

  test("are looked for in the process's own group and in all around it", () => {
    expect(quotaFolders("0::/a/b\n").unified.slice(0, 3)).toEqual([
      "/sys/fs/cgroup/a/b",
      "/sys/fs/cgroup/a",
      "/sys/fs/cgroup",
    ]);
    expect(quotaFolders("4:memory:/m\n3:cpu,cpuacct:/c\n").processor).toEqual([
      "/sys/fs/cgroup/cpu,cpuacct/c",
      "/sys/fs/cgroup/cpu,cpuacct",
      "/sys/fs/cgroup/cpu/c",
      "/sys/fs/cgroup/cpu",
    ]);
  });

  test("of version 2 limit the threads, the smallest of all groups around the process", () => {
    const read = files({
      "/proc/self/cgroup": "0::/system.slice/job\n",
      "/sys/fs/cgroup/system.slice/job/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "300000 100000\n",
    });
    expect(coresWithin(16, read)).toBe(3);
    expect(coresWithin(2, read)).toBe(2);
  });

  test("of version 1 limit the threads, in a container that sees only its own folder too", () => {
    const read = files({
      "/proc/self/cgroup": "5:cpu,cpuacct:/docker/0123\n4:memory:/docker/0123\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "250000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    });
    expect(coresWithin(16, read)).toBe(3);
    const unlimited = { "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n" };
    expect(coresWithin(16, files({ "/proc/self/cgroup": "1:cpu:/\n", ...unlimited }))).toBe(16);
  });

  test("of less than one processor leave one thread", () => {
    const read = files({ "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "20000 100000" });
    expect(coresWithin(8, read)).toBe(1);
  });
});

test("a mask limits the threads, and without any of these files there is no limit", () => {
  const read = files({ "/proc/self/status": "Cpus_allowed_list:\t4-6\n" });
  expect(coresWithin(64, read)).toBe(3);
  expect(coresWithin(64, files({}))).toBe(64);
});

test("this machine has between one core and what the system says", async () => {
  const cores = await coreCount();
  expect(cores).toBeGreaterThanOrEqual(1);
  expect(cores).toBeLessThanOrEqual(availableParallelism());
});
