// The calling thread in the place of workers, where there can be none. It blocks while a step runs, and
// lets others have their turn before each call.

import { type ComputeTeam, closedError } from "./team.ts";

/** A program's function. */
export type Run = (thread: number, threads: number, steps: number) => void;

/** Resolves when what else waits had its turn: timers of browsers would take milliseconds. */
function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

export class InlineTeam<Payload> implements ComputeTeam {
  readonly threads = 1;
  readonly #prepare: (payload: Payload) => Run | Promise<Run>;
  readonly #programs = new Map<number, Run>();
  #closed = false;
  #nextId = 0;

  constructor(prepare: (payload: Payload) => Run | Promise<Run>) {
    this.#prepare = prepare;
  }

  async load(payload: Payload): Promise<number> {
    this.#refuseClosed();
    const id = this.#nextId++;
    this.#programs.set(id, await this.#prepare(payload));
    return id;
  }

  async run(id: number, steps: number): Promise<void> {
    await nextTurn();
    this.#refuseClosed();
    const run = this.#programs.get(id);
    if (run === undefined) throw new Error(`no program is loaded under ${id}`);
    run(0, 1, steps);
  }

  async drop(id: number): Promise<void> {
    this.#programs.delete(id);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#programs.clear();
  }

  /** It is not at work while anything else runs. */
  settle(): boolean {
    return true;
  }

  #refuseClosed(): void {
    if (this.#closed) throw closedError();
  }
}
