// The end of a stretch of training that no longer gets better: which is an end like any other, and no interruption.

import { isSpent } from "../../tasks/phases.ts";
import type { Callback } from "../../train/callback.ts";
import type { SettledRecipe } from "./pace.ts";
import type { Stage } from "./stages.ts";

export class Plateau {
  /** To be told of epochs; none where training goes on to the last epoch. */
  readonly callbacks: readonly Callback[];
  #reason: string | undefined;

  constructor({ patience = 0 }: SettledRecipe, { validation, begin }: Stage) {
    const isWatched = patience > 0 && validation !== undefined;
    this.callbacks = isWatched ? [this.#watching(patience, begin)] : [];
  }

  /** Whether it was this that has stopped the training. */
  isReached(stopped: string | undefined): boolean {
    return stopped !== undefined && stopped === this.#reason;
  }

  #watching(patience: number, begin: number): Callback {
    return {
      onEpochEnd: (_, { model, stop }) => {
        if (!isSpent(model.progress.history.slice(begin), patience)) return;
        this.#reason = "val_loss did not get better";
        stop(this.#reason);
      },
    };
  }
}
