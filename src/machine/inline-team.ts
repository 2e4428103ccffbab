// The calling thread in the place of workers, where there can be none. It blocks while a step runs, and
// lets others have their turn before each call.

import { platform } from "#platform";
import { type ComputeTeam, closedError } from "./team.ts";

/** A program's function. */
export type Run = (thread: number, threads: number, steps: number) => void;

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
    await platform.threads.nextTurn();
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
