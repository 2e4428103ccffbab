// Nothing piles up while a model trains: memory of a process of its own after step 200 and after step
// 4,000 of one run. Resident memory counts every thread; what is alive counts no garbage.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

interface Report {
  readonly iterations: number;
  /** Bytes after steps 200, 400, …, 4,000. */
  readonly memory: readonly { readonly resident: number; readonly alive: number }[];
}

async function report(...mode: string[]): Promise<Report> {
  const script = fileURLToPath(new URL("memory-growth.ts", import.meta.url));
  const options = ["--expose-gc", "--import", "tsx", script, ...mode];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  return JSON.parse(stdout) as Report;
}

/** Bytes that came between step 200 and step 4,000. */
function growthOf({ memory }: Report): { resident: number; alive: number } {
  const [first, last] = [memory[0], memory[memory.length - 1]];
  return { resident: last.resident - first.resident, alive: last.alive - first.alive };
}

const megabyte = 2 ** 20;

describe("between step 200 and step 4,000 of a run", () => {
  test("resident memory grows by less than 5 MB", async () => {
    const seen = await report();
    expect(seen.iterations).toBe(4000);
    expect(seen.memory).toHaveLength(20);
    expect(growthOf(seen).resident).toBeLessThan(5 * megabyte);
    expect(growthOf(seen).alive).toBeLessThan(megabyte / 2);
  });

  // Thousands of messages leave the threads garbage, which each of them collects in its own time.
  test("nothing stays alive of steps that a callback looks at", async () => {
    expect(growthOf(await report("watched")).alive).toBeLessThan(megabyte / 2);
  });

  test("2 KB kept of every step would be seen", async () => {
    const grown = growthOf(await report("leaking"));
    expect(grown.resident).toBeGreaterThan(5 * megabyte);
    expect(grown.alive).toBeGreaterThan(5 * megabyte);
  });
});
