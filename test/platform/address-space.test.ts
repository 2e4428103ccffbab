// How many workers fit below a limit of the address space, from what Linux says of it.

import { expect, test } from "vitest";
import {
  addressesTaken,
  addressLimit,
  workersThatFit,
} from "../../src/platform/node/address-space.ts";

const limits = (soft: string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max stack size            8388608              unlimited            bytes
Max address space         ${soft}           unlimited            bytes
`;

test("the limit is the soft one, in bytes", () => {
  expect(addressLimit(limits("4096000000"))).toBe(4_096_000_000);
  expect(addressLimit(limits("unlimited"))).toBe(Number.POSITIVE_INFINITY);
  expect(addressLimit("")).toBe(Number.POSITIVE_INFINITY);
});

test("what is taken is the size of the process", () => {
  expect(addressesTaken("VmPeak:\t  900 kB\nVmSize:\t  800 kB\n")).toBe(800 * 1024);
  expect(addressesTaken("")).toBe(0);
});

test.each([
  ["unlimited", Number.POSITIVE_INFINITY],
  [String(2 ** 30), 0],
  [String(2 ** 31), 0],
  [String(3 * 2 ** 30), 1],
  [String(2 ** 33), 8],
])("below %s bytes there is room for %i workers", (soft, workers) => {
  const status = "VmSize:\t 786432 kB\n";
  const files: Record<string, string> = {
    "/proc/self/limits": limits(soft),
    "/proc/self/status": status,
  };
  expect(workersThatFit((path) => files[path])).toBe(workers);
});
