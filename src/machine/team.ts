// Threads that run programs together. Floor 3. Workers compute; the calling thread only waits for a
// message, so it stays free for progress, files and requests. The worker's code is a short string:
// bundlers and test runners need not know of it.

import { TargetError } from "../core/errors.ts";

/** The few messages that a worker understands. */
type Request =
  | { readonly kind: "load"; readonly id: number; readonly payload: unknown }
  | { readonly kind: "run"; readonly id: number; readonly steps: number }
  | { readonly kind: "drop"; readonly id: number };

interface Port {
  post(message: Request): void;
  /** Keeps the process alive while work is under way, and not longer. */
  hold(busy: boolean): void;
  end(): Promise<unknown>;
}

/**
 * The worker: `prepare(payload)` gives the function (thread, threads, steps) of a program; the
 * target brings its source text.
 */
function workerSource(prepare: string): string {
  return `
const prepare = ${prepare};
const programs = new Map();
const listen = (port, thread, threads) => {
  const answer = (message) => {
    try {
      if (message.kind === "load") programs.set(message.id, prepare(message.payload));
      if (message.kind === "run") programs.get(message.id)(thread, threads, message.steps);
      if (message.kind === "drop") programs.delete(message.id);
      port.postMessage({ done: true });
    } catch (error) {
      port.postMessage({ error: String(error && error.stack || error) });
    }
  };
  if (port.on) port.on("message", answer);
  else port.onmessage = (event) => answer(event.data);
};
if (typeof require === "function") {
  const { parentPort, workerData } = require("node:worker_threads");
  listen(parentPort, workerData.thread, workerData.threads);
} else {
  self.onmessage = ({ data }) => listen(self, data.thread, data.threads);
}`;
}

type Answer = { readonly done: true } | { readonly error: string };

async function startNodeWorker(
  source: string,
  workerData: { thread: number; threads: number },
  onAnswer: (answer: Answer) => void,
): Promise<Port> {
  const { Worker } = await import("node:worker_threads");
  // Flags of the main thread, such as loaders, are not the workers' business.
  const worker = new Worker(source, { eval: true, workerData, execArgv: [] });
  worker.on("message", onAnswer);
  worker.on("error", (error) => onAnswer({ error: String(error) }));
  worker.on("exit", (code) => onAnswer({ error: `it ended, with code ${code}` }));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    end: () => worker.terminate(),
  };
}

async function startWebWorker(
  source: string,
  data: { thread: number; threads: number },
  onAnswer: (answer: Answer) => void,
): Promise<Port> {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(data);
  worker.onmessage = (event: MessageEvent<Answer>) => onAnswer(event.data);
  worker.onerror = (event) => onAnswer({ error: event.message });
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    end: async () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/** A fixed number of threads, each with its number. */
export class Team {
  readonly threads: number;
  readonly #ports: Port[] = [];
  #waiting: { left: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  #broken: Error | undefined;
  #queue: Promise<void> = Promise.resolve();
  #nextId = 0;

  private constructor(threads: number) {
    this.threads = threads;
  }

  /** Starts the threads; `prepare` is the source of a function, see `workerSource`. */
  static async start(threads: number, prepare: string): Promise<Team> {
    const team = new Team(threads);
    const node = typeof process !== "undefined" && process.versions?.node !== undefined;
    const start = node ? startNodeWorker : startWebWorker;
    const source = workerSource(prepare);
    for (let thread = 0; thread < threads; thread++) {
      const onAnswer = (answer: Answer) => team.#answer(answer);
      team.#ports.push(await start(source, { thread, threads }, onAnswer));
    }
    return team;
  }

  /** Hands a program to every thread; the number names it from now on. */
  async load(payload: unknown): Promise<number> {
    const id = this.#nextId++;
    await this.#ask({ kind: "load", id, payload });
    return id;
  }

  /** Runs `steps` steps of a program on all threads. */
  run(id: number, steps: number): Promise<void> {
    return this.#ask({ kind: "run", id, steps });
  }

  /** Forgets a program. */
  drop(id: number): Promise<void> {
    return this.#ask({ kind: "drop", id });
  }

  async end(): Promise<void> {
    this.#broken ??= new TargetError({ what: "The device was closed." });
    // An answer that is still on its way must not let go of a thread whose end is awaited.
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#broken);
    await Promise.all(this.#ports.map((port) => port.end()));
  }

  /** One request at a time: threads meet at barriers, so two programs may not interleave. */
  #ask(request: Request): Promise<void> {
    const turn = this.#queue.then(() => this.#send(request));
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #send(request: Request): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    return new Promise<void>((resolve, reject) => {
      this.#waiting = { left: this.#ports.length, resolve, reject };
      for (const port of this.#ports) {
        port.hold(true);
        port.post(request);
      }
    });
  }

  #answer(answer: Answer): void {
    if (this.#broken !== undefined) return;
    const waiting = this.#waiting;
    if ("error" in answer) {
      this.#broken = new TargetError({
        what: "A compute thread failed.",
        received: answer.error,
        fix: "start again; if it happens again, please report it with the model",
      });
      this.#waiting = undefined;
      void this.end();
      waiting?.reject(this.#broken);
      return;
    }
    if (waiting === undefined) return;
    waiting.left--;
    if (waiting.left > 0) return;
    this.#waiting = undefined;
    for (const port of this.#ports) port.hold(false);
    waiting.resolve();
  }
}
