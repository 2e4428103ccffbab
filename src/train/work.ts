// What a model works with once it has examples: data and loops. It is loaded when a model first does, since a page
// that only shows, saves or loads a model needs none of it.

export { runBatch } from "./batch-step.ts";
export { evaluateRows } from "./evaluate.ts";
export { feedOf, inputFeedOf } from "./feed.ts";
export { runFit } from "./fit.ts";
export { warnOfHeldClasses } from "./held-classes.ts";
export { historyOf } from "./history.ts";
export { LastGood } from "./last-good.ts";
export { Means } from "./means.ts";
export { orderFor } from "./ordering.ts";
export { place } from "./placement.ts";
export { predictAll } from "./predict.ts";
export { progressBar } from "./progress-bar.ts";
export { splitOf } from "./split.ts";
export { batchesIn, joined, streamSource } from "./streams.ts";
export { Watchers } from "./watchers.ts";
