// The callbacks: one file each, one row each. Floor 5. Any record of hooks is a callback, too.

import { backupAndRestore } from "./backup-and-restore.ts";
import { csvLogger } from "./csv-logger.ts";
import { earlyStopping } from "./early-stopping.ts";
import { learningRateScheduler } from "./learning-rate-scheduler.ts";
import { modelCheckpoint } from "./model-checkpoint.ts";
import { reduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
import { tensorBoard } from "./tensor-board.ts";
import { terminateOnNaN } from "./terminate-on-nan.ts";

/** Every callback by its name. */
export const callbacks = {
  backupAndRestore,
  csvLogger,
  earlyStopping,
  learningRateScheduler,
  modelCheckpoint,
  reduceLROnPlateau,
  tensorBoard,
  terminateOnNaN,
};
