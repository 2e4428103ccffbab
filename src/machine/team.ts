// Threads that run programs together. Workers compute; the calling thread only waits for a message, so it
// stays free for progress, files and requests. Where a thread fails, what was under way is lost, and
// others take over with the programs that were loaded.

import { TargetError } from "../core/errors.ts";
import type { WebUrl } from "../core/web.ts";
import { Crew } from "./crew.ts";
import { type Request, workerSource } from "./worker.ts";

/** What runs a device's programs: threads of their own, or the calling one. */
export interface ComputeTeam {
  readonly threads: number;
  /** Hands a program to every thread; the number names it from now on. */
  load(payload: unknown): Promise<number>;
  /** Runs `steps` steps of a program on all threads. */
  run(id: number, steps: number): Promise<void>;
  /** Forgets a program. */
  drop(id: number): Promise<void>;
  /** Ends for good whatever is under way. */
  close(): Promise<void>;
  /** Blocks until no thread is at work, and none begins anything; says whether that came true. */
  settle(): boolean;
}

export interface TeamOptions {
  /** Makes threads leave their program soon. Without it they can be ended wherever they are. */
  readonly leave?: () => void;
  /** Makes ready for other threads when one has failed and none is left: barriers are empty again. */
  readonly renew?: () => void;
  /** Address of the worker's script, in a browser. Default: made from a string. */
  readonly workerUrl?: string | WebUrl;
}

/** How long a thread may take to leave its program before it is ended there, in milliseconds. */
const patience = 10_000;

/** A fixed number of threads, each with its number. */
export class Team implements ComputeTeam {
  readonly threads: number;
  readonly #source: string;
  readonly #options: TeamOptions;
  readonly #programs = new Map<number, unknown>();
  /** Who works; nobody between a failure and what is asked for next. */
  #crew: Crew | undefined;
  /** Whose threads are not all gone yet. */
  readonly #alive = new Set<Crew>();
  /** Resolves when no thread of a crew that failed or was closed is left. */
  #ending: Promise<void> = Promise.resolve();
  #closed = false;
  #queue: Promise<void> = Promise.resolve();
  #nextId = 0;

  private constructor(threads: number, source: string, options: TeamOptions) {
    this.threads = threads;
    this.#source = source;
    this.#options = options;
  }

  /**
   * Starts the threads; `prepare` is the source of a function, see `workerSource`.
   *
   * @throws TargetError where they cannot be started
   */
  static async start(threads: number, prepare: string, options: TeamOptions = {}): Promise<Team> {
    const team = new Team(threads, workerSource(prepare), options);
    await team.#startCrew();
    return team;
  }

  async load(payload: unknown): Promise<number> {
    const id = this.#nextId++;
    await this.#ask({ kind: "load", id, payload });
    this.#programs.set(id, payload);
    return id;
  }

  run(id: number, steps: number): Promise<void> {
    return this.#ask({ kind: "run", id, steps });
  }

  /** Resolves when no thread can be in the program: all have dropped it, or all have ended. */
  drop(id: number): Promise<void> {
    this.#programs.delete(id);
    return this.#inTurn(async () => {
      await this.#crew?.ask({ kind: "drop", id }).catch(() => {});
      await this.#ending;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#dismiss();
    await this.#ending;
  }

  settle(): boolean {
    for (const crew of this.#alive) crew.closeGate();
    return [...this.#alive].every((crew) => crew.waitUntilIdle(patience));
  }

  async #startCrew(): Promise<Crew> {
    const { workerUrl } = this.#options;
    const code = { source: this.#source, ...(workerUrl === undefined ? {} : { url: workerUrl }) };
    const crew = await Crew.start(this.threads, code, () => this.#dismiss());
    this.#alive.add(crew);
    this.#crew = crew;
    if (!this.#closed) return crew;
    this.#dismiss();
    throw closedError();
  }

  #dismiss(): void {
    const crew = this.#crew;
    if (crew === undefined) return;
    this.#crew = undefined;
    this.#ending = this.#endCrew(crew);
  }

  /** Lets threads leave what they are in the middle of, then ends them. */
  async #endCrew(crew: Crew): Promise<void> {
    crew.abandon(closedError());
    if (this.#options.leave !== undefined) {
      crew.closeGate();
      this.#options.leave();
      const end = performance.now() + patience;
      while (crew.isAtWork && performance.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    }
    await crew.end();
    this.#alive.delete(crew);
  }

  /** Threads that take over, with all programs that were loaded. */
  async #renew(): Promise<Crew> {
    await this.#ending;
    this.#options.renew?.();
    const crew = await this.#startCrew();
    for (const [id, payload] of this.#programs) await crew.ask({ kind: "load", id, payload });
    return crew;
  }

  #ask(request: Request): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#closed) throw closedError();
      const crew = this.#crew ?? (await this.#renew());
      try {
        await crew.ask(request);
      } catch (error) {
        // Whoever hears of it finds no thread that still writes.
        await this.#ending;
        throw error;
      }
    });
  }

  /** One request at a time: threads meet at barriers, so two programs may not interleave. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

/** A team, and why it is not the one that was asked for, if so. */
export interface ChosenTeam {
  readonly team: ComputeTeam;
  readonly remark?: string;
}

/** Threads of their own, or where there can be none, what `inline` makes. */
export async function startTeam(
  start: () => Promise<Team>,
  inline: () => ComputeTeam,
): Promise<ChosenTeam> {
  try {
    return { team: await start() };
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const { what, received } = error.facts;
    return { team: inline(), remark: `on the calling thread: ${received ?? what}` };
  }
}

/** What a device says that was closed. */
export function closedError(): TargetError {
  return new TargetError({ what: "The device was closed.", fix: "open another one" });
}
