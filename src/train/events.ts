// What training reports, as plain records that the console, logs and reports all render. Floor 5.
// Knows nothing of models, engines or screens.

/** One finished epoch. */
export interface EpochRecord {
  /** Counted from 1. */
  readonly epoch: number;
  /** Wall-clock time of the epoch, validation included. */
  readonly seconds: number;
  /**
   * The epoch's numbers under their Keras names: `loss`, `accuracy`, `val_loss`, `val_accuracy`,
   * `learning_rate`. Which of them are there depends on the run.
   */
  readonly logs: Readonly<Record<string, number>>;
}
