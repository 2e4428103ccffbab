// Whose turn it is with a model: one run at a time, since two would change each other's weights. While a
// callback is at work its run waits, and the callback may evaluate and predict.

import { ConfigError } from "../core/errors.ts";

/** A run of its own, or one that a callback asks for in the midst of another. */
export type Turn = "own" | "guest";

/** What changes nothing of a model. */
const guestMethods = ["evaluate", "predict", "testOnBatch", "predictOnBatch"];

export class Turns {
  #isBusy = false;
  /** What the callback at work has asked for; undefined while none is. */
  #guests: Promise<unknown>[] | undefined;
  #isGuestAtHook = false;
  #guestsAtWork = 0;

  /** @throws ConfigError while a run is under way. */
  requireIdle(method: string): void {
    if (!this.#isBusy) return;
    throw new ConfigError({
      what: `The model is busy: ${method} has to wait.`,
      expected: "one call at a time; within a callback evaluate and predict, too",
      received: "a call while fit, evaluate or predict is under way",
      fix: "await the first one",
    });
  }

  /** Makes a run, in its turn. @throws ConfigError while another is under way. */
  async take<T>(method: string, run: (turn: Turn) => Promise<T>): Promise<T> {
    if (this.#guests !== undefined && !this.#isGuestAtHook && guestMethods.includes(method)) {
      return this.#asGuest(this.#guests, run);
    }
    this.requireIdle(method);
    this.#isBusy = true;
    try {
      return await run("own");
    } finally {
      this.#isBusy = false;
    }
  }

  /** Makes a callback's call, in which guests have their turn; the run goes on when all are done. */
  async during(hook: () => void | Promise<void>): Promise<void> {
    if (this.#guestsAtWork > 0) {
      // A callback of a guest: the run that it is a guest of has its callback at work already.
      this.#isGuestAtHook = true;
      try {
        await hook();
      } finally {
        this.#isGuestAtHook = false;
      }
      return;
    }
    const guests: Promise<unknown>[] = [];
    this.#guests = guests;
    try {
      await hook();
    } finally {
      // A callback need not await what it asks for.
      for (let i = 0; i < guests.length; i++) await guests[i];
      this.#guests = undefined;
    }
  }

  /** One guest after the other. */
  #asGuest<T>(guests: Promise<unknown>[], run: (turn: Turn) => Promise<T>): Promise<T> {
    const last = guests.at(-1);
    const result = (async () => {
      await last;
      this.#guestsAtWork++;
      try {
        return await run("guest");
      } finally {
        this.#guestsAtWork--;
      }
    })();
    guests.push(result.catch(() => undefined));
    return result;
  }
}
