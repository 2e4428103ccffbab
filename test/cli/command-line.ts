// Runs the real command line as a child process, in a folder of its own, and makes small datasets.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, inject, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { RandomStream } from "../../src/core/random.ts";
import { encodeIdx } from "../../src/data/idx.ts";

/** The command line, bundled. */
export const main = join(inject("bundles"), "cli/main.js");

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  /** Called with every line of stdout as it comes. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
  readonly env?: Readonly<Record<string, string>>;
}

/** A function that runs `fovea` in `folder`. */
export function commandLineIn(folder: string) {
  return (args: string, { onLine, env }: CallOptions = {}): Promise<Outcome> => {
    const argv = args === "" ? [] : args.split(" ");
    const child = spawn(process.execPath, [main, ...argv], {
      cwd: folder,
      env: { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new Promise((done, fail) => {
      let stdout = "";
      let stderr = "";
      let rest = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine?.(line, child);
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.on("error", fail);
      child.on("close", (code) => done({ code, stdout, stderr }));
    });
  };
}

/** Runs `fovea` within this process, in `folder`: quicker than a process of its own. */
export async function outcomeIn(folder: string, args: string): Promise<Outcome> {
  const before = process.cwd();
  const [stdout, stderr] = (["stdout", "stderr"] as const).map((name) => {
    const told: string[] = [];
    const write = vi.spyOn(process[name], "write").mockImplementation((text) => {
      told.push(String(text));
      return true;
    });
    return { told, write };
  });
  process.chdir(folder);
  try {
    const code = await run(args.split(" "));
    return { code, stdout: stdout.told.join(""), stderr: stderr.told.join("") };
  } finally {
    process.chdir(before);
    stdout.write.mockRestore();
    stderr.write.mockRestore();
  }
}

/** The same for command lines that are refused. */
export const refusalIn: (folder: string, args: string) => Promise<Omit<Outcome, "stdout">> =
  outcomeIn;

/** The records of a command that was run with `--json`. */
export function recordsOf({ stdout }: Outcome): Record<string, unknown>[] {
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The error of a command that was run with `--json`. */
export function errorOf({ stderr }: Outcome): Record<string, string> {
  return JSON.parse(stderr).error;
}

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A new folder, which is gone after the tests of the file that asked for it. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fovea-cli-"));
  made.push(folder);
  return folder;
}

export interface DataOptions {
  readonly train?: number;
  readonly test?: number;
  readonly size?: number;
  readonly classes?: number;
}

/** Writes a dataset that a network can learn: each class lights up another band of a noisy image. */
export async function writeData(folder: string, options: DataOptions = {}): Promise<void> {
  const { train = 200, test = 60, size = 24, classes = 4 } = options;
  await mkdir(folder, { recursive: true });
  const random = new RandomStream(7);
  for (const [name, count] of [
    ["train", train],
    ["t10k", test],
  ] as const) {
    const pixels = size * size;
    const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
    const images = Uint8Array.from({ length: count * pixels }, (_, i) => {
      const band = Math.floor(((i % pixels) * classes) / pixels);
      const isLit = band === labels[Math.floor(i / pixels)];
      return (isLit ? 100 : 0) + random.below(100);
    });
    await writeIdx(folder, `${name}-images-idx3-ubyte`, images, [count, size, size]);
    await writeIdx(folder, `${name}-labels-idx1-ubyte`, labels, [count]);
  }
}

/** Writes one IDX file of bytes. */
export async function writeIdx(
  folder: string,
  name: string,
  data: Uint8Array,
  shape: readonly number[],
): Promise<void> {
  await writeFile(join(folder, name), encodeIdx({ data, shape }));
}
