// How many worker threads still fit where a process's address space is limited (`ulimit -v`). A worker
// that finds no room for its heap takes the whole process down, so this is asked before.

import type { ReadText } from "./processors.ts";

/** Addresses that a worker of Node sets aside as it starts: 0.6 to 0.8 GiB, nearly all untouched. */
const bytesPerWorker = 800 * 2 ** 20;
/** Addresses that a device's memory and its code should find beside the workers. */
const bytesBeside = 2 ** 30;

/** The soft limit in `/proc/self/limits`, in bytes; Infinity without one. */
export function addressLimit(limits: string): number {
  const soft = /^Max address space\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined || soft === "unlimited" ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Bytes of address space that `/proc/self/status` says are taken. */
export function addressesTaken(status: string): number {
  return 1024 * Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
}

/** How many more workers have room; Infinity where nothing limits them. */
export function workersThatFit(read: ReadText): number {
  const limit = addressLimit(read("/proc/self/limits") ?? "");
  const left = limit - addressesTaken(read("/proc/self/status") ?? "");
  return Math.max(0, Math.floor((left - bytesBeside) / bytesPerWorker));
}
