// The callbacks of one run, and whether one of them has stopped it. Floor 5. Knows no loop.

import type { Callback, TrainControl } from "./callback.ts";

export class Watchers {
  readonly #callbacks: readonly Callback[];
  readonly #control: TrainControl;
  #stopped: string | undefined;

  constructor(callbacks: readonly Callback[], handles: Pick<TrainControl, "model" | "restore">) {
    this.#callbacks = callbacks;
    this.#control = { ...handles, stop: (reason) => this.stop(reason) };
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
  async notify<K extends keyof Callback>(
    hook: K,
    record: Parameters<NonNullable<Callback[K]>>[0],
  ): Promise<void> {
    for (const callback of this.#callbacks) {
      const run = callback[hook] as
        | ((record: unknown, control: TrainControl) => void | Promise<void>)
        | undefined;
      await run?.call(callback, record, this.#control);
    }
  }
}
