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

/** A running process, and the lines that it prints. */
interface Live {
  readonly process: ChildProcess;
  readonly answers: AsyncIterator<string>;
  readonly complaint: () => string;
  readonly version: string;
}

/** @throws Error where it ends before it has said its version. */
async function launch(command: string, args: readonly string[]): Promise<Live> {
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
  const answers = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const complaint = () => complaintIn(stderr);
  const first = await Promise.race([answers.next(), failed]);
  if (first.done) throw new Error(`${command} ended at once: ${complaint()}`);
  const { version } = JSON.parse(first.value) as Greeting;
  return { process: started, answers, complaint, version };
}

/** A process that answers lines. One that has ended begins anew with the next question. */
export class Child {
  readonly version: string;
  readonly #launch: () => Promise<Live>;
  #live: Live;

  private constructor(live: Live, again: () => Promise<Live>) {
    this.version = live.version;
    this.#live = live;
    this.#launch = again;
  }

  /** Starts a process. @throws Error where it ends before it has said its version. */
  static async start(command: string, args: readonly string[]): Promise<Child> {
    const again = () => launch(command, args);
    return new Child(await again(), again);
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
   * later answers could be taken for those of other questions.
   */
  async ask<T>(line: string): Promise<T> {
    if (!running.has(this.#live.process)) this.#live = await this.#launch();
    const { process, answers, complaint } = this.#live;
    process.stdin?.write(`${line}\n`);
    const { done, value } = await answers.next();
    if (done) {
      await ended(process);
      throw new Error(`${this.version} ended at "${line}": ${complaint()}`);
    }
    try {
      return JSON.parse(value) as T;
    } catch {
      process.kill();
      await ended(process);
      throw new Error(`${this.version} answered "${line}" by "${value}", which is no JSON record`);
    }
  }

  /** Ends the process, and waits until it has ended. */
  async close(): Promise<void> {
    this.#live.process.stdin?.end();
    await ended(this.#live.process);
  }
}

/** Waits until a process has ended. */
async function ended(process: ChildProcess): Promise<void> {
  if (!running.has(process)) return;
  await new Promise((resolve) => process.once("exit", resolve));
}
