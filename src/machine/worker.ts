// The text that one compute thread runs, a worker of Node or of a browser. The text is a short
// string, so bundlers and test runners need not know of it; a page that forbids workers from strings
// serves the same text as a file.

/** The few messages that a worker understands. */
export type Request =
  | { readonly kind: "load"; readonly id: number; readonly payload: unknown }
  | { readonly kind: "run"; readonly id: number; readonly steps: number }
  | { readonly kind: "drop"; readonly id: number };

export type Answer = { readonly done: true } | { readonly error: string };

/** What a worker is told when it starts. */
export interface WorkerData {
  readonly thread: number;
  readonly threads: number;
  /** The gate: whether it is closed, then for each thread whether it is at work; see `Crew`. */
  readonly gate: SharedArrayBuffer;
}

/**
 * The worker: `prepare(payload)` gives the function (thread, threads, steps) of a program; the
 * target brings its source text. All work is done inside the gate, which a process that is about to
 * end closes: behind it a worker begins nothing, and waits to be ended.
 */
export function workerSource(prepare: string): string {
  return `const prepare = ${prepare};
const programs = new Map();
const listen = (port, { thread, threads, gate }) => {
  const words = new Int32Array(gate);
  const mine = thread + 1;
  const leave = () => {
    Atomics.store(words, mine, 0);
    Atomics.notify(words, mine);
  };
  const enter = () => {
    Atomics.store(words, mine, 1);
    if (Atomics.load(words, 0) === 0) return;
    leave();
    Atomics.wait(words, 0, 1);
  };
  const work = (message) => {
    enter();
    try {
      if (message.kind === "load") programs.set(message.id, prepare(message.payload));
      if (message.kind === "run") programs.get(message.id)(thread, threads, message.steps);
      if (message.kind === "drop") programs.delete(message.id);
      return { done: true };
    } catch (error) {
      return { error: String(error && error.stack || error) };
    } finally {
      leave();
    }
  };
  const answer = (message) => port.postMessage(work(message));
  if (port.on) port.on("message", answer);
  else port.onmessage = (event) => answer(event.data);
};
if (typeof require === "function") {
  const { parentPort, workerData } = require("node:worker_threads");
  listen(parentPort, workerData);
} else {
  self.onmessage = ({ data }) => listen(self, data);
}
`;
}
