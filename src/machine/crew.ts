// Workers that were started together and end together. One request at a time; the first failure is the
// last thing that is heard of a crew.

import { platform } from "#platform";
import { TargetError } from "../core/errors.ts";
import type { RunningWorker, WorkerCode } from "../platform/platform.ts";
import type { Answer, Request, WorkerData } from "./worker.ts";

export class Crew {
  readonly #ports: RunningWorker[] = [];
  /** 0 or 1: whether the gate is closed, then for each thread whether it is at work. */
  readonly #gate: Int32Array;
  readonly #onFailure: () => void;
  #waiting: { left: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;

  private constructor(threads: number, onFailure: () => void) {
    this.#gate = new Int32Array(new SharedArrayBuffer(4 * (threads + 1)));
    this.#onFailure = onFailure;
  }

  /** Starts the workers. @throws TargetError unless every one of them answers. */
  static async start(threads: number, code: WorkerCode, onFailure: () => void): Promise<Crew> {
    if (platform.threads.room() < threads) {
      throw refusal(
        threads,
        "the limit of the address space (ulimit -v) leaves no room for workers",
        {
          fix: "raise the limit, or use fewer threads",
        },
      );
    }
    const crew = new Crew(threads, onFailure);
    try {
      await crew.#start(threads, code);
      await crew.ask({ kind: "drop", id: -1 });
    } catch (error) {
      await crew.end();
      const received = error instanceof TargetError ? error.facts.received : undefined;
      throw refusal(threads, received ?? String(error), {
        fix:
          platform.host === "node"
            ? "allow workers (--allow-worker) or use fewer threads"
            : "allow them in the page's Content-Security-Policy (worker-src blob:), or serve the worker's script and give its address as workerUrl",
        cause: error,
      });
    }
    return crew;
  }

  async #start(threads: number, code: WorkerCode): Promise<void> {
    const gate = this.#gate.buffer as SharedArrayBuffer;
    for (let thread = 0; thread < threads; thread++) {
      const data: WorkerData = { thread, threads, gate };
      const port = await platform.threads.start(code, data, {
        onMessage: (answer) => this.#answer(answer as Answer),
        onFailure: (error) => this.#answer({ error }),
        onExit: (exitCode) => {
          // It is at work no longer, however it ended.
          Atomics.store(this.#gate, thread + 1, 0);
          this.#answer({ error: `it ended, with code ${exitCode}` });
        },
      });
      this.#ports.push(port);
    }
  }

  /** Asks every worker, and waits for all of them. */
  ask(request: Request): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<void>((resolve, reject) => {
      this.#waiting = { left: this.#ports.length, resolve, reject };
      for (const port of this.#ports) {
        port.hold(true);
        port.post(request);
      }
    });
  }

  /** From now on no thread begins anything. */
  closeGate(): void {
    Atomics.store(this.#gate, 0, 1);
  }

  /** Whether a thread is in the middle of something. */
  get isAtWork(): boolean {
    return this.#gate.subarray(1).some((_, thread) => Atomics.load(this.#gate, thread + 1) !== 0);
  }

  /** Blocks until no thread is at work, but not longer than `milliseconds`; says whether none is. */
  waitUntilIdle(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    for (let at = 1; at < this.#gate.length; at++) {
      while (Atomics.load(this.#gate, at) !== 0) {
        const left = end - performance.now();
        if (left <= 0) return false;
        Atomics.wait(this.#gate, at, 1, left);
      }
    }
    return true;
  }

  /** Ends the workers wherever they are. */
  async end(): Promise<void> {
    this.abandon(new TargetError({ what: "The threads have ended." }));
    await Promise.all(this.#ports.map((port) => port.end()));
  }

  /** Does nothing more, for this reason unless there was one before; who waits hears it. */
  abandon(failure: Error): void {
    this.#failure ??= failure;
    // An answer that is still on its way must not let go of a thread whose end is awaited.
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#failure);
  }

  #answer(answer: Answer): void {
    if (this.#failure !== undefined) return;
    if ("error" in answer) {
      this.abandon(
        new TargetError({
          what: "A compute thread failed.",
          received: answer.error,
          fix: "call again: other threads take over. The weights are there, but the step under way may have changed only some of them; load a checkpoint if that matters. If it happens again, please report it with the model",
        }),
      );
      this.#onFailure();
      return;
    }
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    waiting.left--;
    if (waiting.left > 0) return;
    this.#waiting = undefined;
    for (const port of this.#ports) port.hold(false);
    waiting.resolve();
  }
}

function refusal(
  threads: number,
  received: string,
  more: { readonly fix: string; readonly cause?: unknown },
): TargetError {
  return new TargetError({
    what: "The compute threads could not be started.",
    expected: `${threads} ${threads === 1 ? "worker" : "workers"}`,
    received,
    ...more,
  });
}
