// Ctrl-C, SIGTERM or SIGHUP while training: the first ends it cleanly, the second at once.

import { exitCodes } from "../exit.ts";

/** A terminal and npm may both pass on one and the same Ctrl-C; what comes this soon is one. */
const sameMilliseconds = 400;

export class Interrupt {
  readonly #abort = new AbortController();
  readonly #onFirst: () => void;
  readonly #signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  #first: number | undefined;
  #atOnce = false;

  /** Listens from now on; `onFirst` tells the user. */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    for (const signal of this.#signals) process.on(signal, this.#handle);
  }

  /** Aborted at the first Ctrl-C. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on nothing is lost by leaving: the next Ctrl-C ends the process. */
  leaveAtOnce(): void {
    this.#atOnce = true;
  }

  /** Listens no more. */
  release(): void {
    for (const signal of this.#signals) process.off(signal, this.#handle);
  }

  readonly #handle = (signal: NodeJS.Signals): void => {
    // A terminal that closes sends SIGHUP, and so does its shell: nobody is in a hurry.
    if (signal === "SIGHUP" && this.#first !== undefined) return;
    const now = performance.now();
    if (this.#first !== undefined && now - this.#first < sameMilliseconds) return;
    if (this.#first !== undefined || this.#atOnce) process.exit(exitCodes.interrupted.code);
    this.#first = now;
    this.#abort.abort();
    this.#onFirst();
  };
}
