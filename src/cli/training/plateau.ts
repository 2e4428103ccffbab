// The end of a run that no longer gets better: which is an end like any other, and no interruption.

import type { Callback } from "../../train/callback.ts";
import { earlyStopping } from "../../train/callbacks/early-stopping.ts";
import type { SettledRecipe } from "./pace.ts";
import type { RunData } from "./run.ts";

export class Plateau {
  /** To be told of epochs; none where a run goes on to its last epoch. */
  readonly callbacks: readonly Callback[];
  #reason: string | undefined;

  constructor({ patience = 0 }: SettledRecipe, { validation }: RunData) {
    const isWatched = patience > 0 && validation !== undefined;
    this.callbacks = isWatched
      ? [this.#watched(earlyStopping({ patience, monitor: "val_loss" }))]
      : [];
  }

  /** Whether it was this that has stopped the run. */
  isReached(stopped: string | undefined): boolean {
    return stopped !== undefined && stopped === this.#reason;
  }

  #watched(callback: Callback): Callback {
    return {
      ...callback,
      onEpochEnd: (record, control) =>
        callback.onEpochEnd?.(record, {
          ...control,
          stop: (reason) => {
            this.#reason = reason;
            control.stop(reason);
          },
        }),
    };
  }
}
