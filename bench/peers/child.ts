// A peer that runs as a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Greeting } from "./lines.ts";

/** What a failed process complained of: the line that names an error, else the last one. */
function complaintIn(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return lines.findLast((line) => /^\w*Error\b.*:/.test(line)) ?? lines[lines.length - 1];
}

/** Those that have not ended yet. */
const running = new Set<ChildProcess>();

/** Ends what a failed run left behind: one that still waits for a line would keep this process alive. */
export async function endChildren(): Promise<void> {
  await Promise.all(
    [...running].map((child) => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      return ended;
    }),
  );
}

/** A process that targets lines. */
export class Child {
  readonly version: string;
  readonly #process: ChildProcess;
  readonly #targets: AsyncIterator<string>;
  readonly #complaint: () => string;

  private constructor(
    process: ChildProcess,
    targets: AsyncIterator<string>,
    complaint: () => string,
    version: string,
  ) {
    this.#process = process;
    this.#targets = targets;
    this.#complaint = complaint;
    this.version = version;
  }

  /** Starts a process. @throws Error where it ends before it has said its version. */
  static async start(command: string, args: readonly string[]): Promise<Child> {
    const started = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    running.add(started);
    started.once("exit", () => running.delete(started));
    let stderr = "";
    started.stderr.on("data", (chunk) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    const failed = new Promise<never>((_, reject) => started.once("error", reject));
    failed.catch(() => {});
    // A write to a process that has ended is answered by the missing line below.
    started.stdin.on("error", () => {});
    const targets = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
    const complaint = () => complaintIn(stderr);
    const first = await Promise.race([targets.next(), failed]);
    if (first.done) throw new Error(`${command} ended at once: ${complaint()}`);
    const { version } = JSON.parse(first.value) as Greeting;
    return new Child(started, targets, complaint, version);
  }

  /** Starts a file of this folder, in TypeScript, under this Node. */
  static startFile(file: string, args: readonly string[]): Promise<Child> {
    const loader = import.meta.resolve("tsx");
    const path = new URL(file, import.meta.url).pathname;
    return Child.start(process.execPath, ["--import", loader, path, ...args]);
  }

  /**
   * Sends a line and waits for its answer.
   *
   * @throws Error where the process ends instead, or prints something else: it is ended then, as its
   * later targets could be taken for those of other questions.
   */
  async ask<T>(line: string): Promise<T> {
    this.#process.stdin?.write(`${line}\n`);
    const { done, value } = await this.#targets.next();
    if (done) throw new Error(`${this.version} ended at "${line}": ${this.#complaint()}`);
    try {
      return JSON.parse(value) as T;
    } catch {
      this.#process.kill();
      throw new Error(`${this.version} answered "${line}" by "${value}", which is no JSON record`);
    }
  }

  /** Ends the process, and waits until it has ended. */
  async close(): Promise<void> {
    if (!running.has(this.#process)) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.stdin?.end();
    await ended;
  }
}
