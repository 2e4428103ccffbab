// The callbacks of one run, and whether one of them has stopped it. Knows no loop.

import { ConfigError } from "../core/errors.ts";
import type { Callback, TrainControl } from "./callback.ts";
import type { EpochRecord, Logs } from "./events.ts";

/** How callbacks reach the model, and how a call of one of their hooks is made. */
export interface WatcherHandles extends Pick<TrainControl, "model" | "restore"> {
  /** Default: it is called, and nothing else. */
  during?(hook: () => void | Promise<void>): Promise<void>;
}

export class Watchers {
  readonly #callbacks: readonly Callback[];
  readonly #control: TrainControl;
  readonly #during: NonNullable<WatcherHandles["during"]>;
  #stopped: string | undefined;
  /** The hook that is at work. */
  #hook: keyof Callback | undefined;

  constructor(callbacks: readonly Callback[], { model, restore, during }: WatcherHandles) {
    this.#callbacks = callbacks;
    this.#during = during ?? (async (hook) => hook());
    this.#control = {
      model,
      stop: (reason) => this.stop(reason),
      // Refused at once: a hook need not await it.
      restore: (state) => {
        this.#requireBeginning();
        return restore(state);
      },
    };
  }

  /** Why the run has to end, where it has to. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** Ends the run; the first reason is the one that is told. */
  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  /** Whether any of them has one of these hooks. */
  have(...hooks: readonly (keyof Callback)[]): boolean {
    return this.#callbacks.some((callback) => hooks.some((hook) => callback[hook] !== undefined));
  }

  /** Calls a hook of all of them, one after the other. */
  async notify<K extends Exclude<keyof Callback, "epochLogs">>(
    hook: K,
    record: Parameters<NonNullable<Callback[K]>>[0],
  ): Promise<void> {
    for (const callback of this.#callbacks) {
      const run = callback[hook] as
        | ((record: unknown, control: TrainControl) => void | Promise<void>)
        | undefined;
      if (run === undefined) continue;
      await this.#call(hook, () => run.call(callback, record, this.#control));
    }
  }

  /** The numbers that all of them have of an epoch, together with those that it has. */
  async epochLogs(record: EpochRecord): Promise<Logs> {
    let { logs } = record;
    for (const callback of this.#callbacks) {
      if (callback.epochLogs === undefined) continue;
      await this.#call("epochLogs", async () => {
        logs = { ...logs, ...(await callback.epochLogs?.({ ...record, logs }, this.#control)) };
      });
    }
    return logs;
  }

  async #call(hook: keyof Callback, run: () => void | Promise<void>): Promise<void> {
    this.#hook = hook;
    try {
      await this.#during(run);
    } finally {
      this.#hook = undefined;
    }
  }

  /** @throws ConfigError unless no epoch has begun: a run cannot be replaced under its own feet. */
  #requireBeginning(): void {
    if (this.#hook === "onTrainBegin") return;
    throw new ConfigError({
      what: "A callback restores a state while the run is under way.",
      expected: "restore in onTrainBegin, before the first step",
      received: this.#hook === undefined ? "a call outside any hook" : `a call in ${this.#hook}`,
      fix: "to change weights later use model.setWeights",
    });
  }
}
