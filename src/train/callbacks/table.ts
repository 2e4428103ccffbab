// Every callback by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { backupAndRestore } from "./backup-and-restore.ts";
export { csvLogger } from "./csv-logger.ts";
export { earlyStopping } from "./early-stopping.ts";
export { learningRateScheduler } from "./learning-rate-scheduler.ts";
export { modelCheckpoint } from "./model-checkpoint.ts";
export { reduceLROnPlateau } from "./reduce-lr-on-plateau.ts";
export { tensorBoard } from "./tensor-board.ts";
export { terminateOnNaN } from "./terminate-on-nan.ts";
