// Transfer learning: a trained network's features, and a head that learns other classes on them.

export { type FineTuneOptions, fineTune, type PhaseRecord } from "./fine-tune.ts";
export { freeze, type UnfreezeOptions, unfreeze } from "./freezing.ts";
export type { Phase, PhaseEpochs, RecipeName } from "./phases.ts";
export { type HeadOptions, type TransferOptions, transfer } from "./transfer.ts";
