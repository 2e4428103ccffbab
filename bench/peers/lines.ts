// How the benchmark and its peers speak: one command a line in, one JSON record a line out. The first
// record names the peer's version.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** What a peer says of itself first. */
export interface Greeting {
  readonly version: string;
}

/** Milliseconds of each step, and how they were reached, such as a memory layout. */
export interface Timed {
  readonly times: readonly number[];
  readonly layout?: string;
  /** Numbers that training changes, to be sure that the networks are the same. */
  readonly parameters?: number;
}

/** Megabytes (MiB) of a process: the most it ever held, and what it held before any network. */
export interface Memory {
  readonly peak: number;
  readonly base: number;
}

function write(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

/** Targets every line of stdin. What libraries print goes to stderr. */
export async function answerLines(
  version: string,
  answer: (words: readonly string[]) => Promise<object>,
): Promise<void> {
  console.log = console.error;
  write({ version } satisfies Greeting);
  for await (const line of createInterface({ input: process.stdin })) {
    write(await answer(line.split(" ")));
  }
}

/** Times `step`, one run after another. */
export async function timesOf(count: number, step: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * The most that this process has held, in MiB. Linux's own count starts anew with each program, while
 * that of `resourceUsage` is handed down from the process that started this one.
 */
export function peakMegabytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const [, kibibytes] = /VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kibibytes) / 1024;
}
