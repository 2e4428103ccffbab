// Every schedule by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { cosineDecay } from "./cosine-decay.ts";
export { cosineDecayRestarts } from "./cosine-decay-restarts.ts";
export { exponentialDecay } from "./exponential-decay.ts";
export { inverseTimeDecay } from "./inverse-time-decay.ts";
export { oneCycle } from "./one-cycle.ts";
export { piecewiseConstantDecay } from "./piecewise-constant-decay.ts";
export { polynomialDecay } from "./polynomial-decay.ts";
export { warmUp } from "./warm-up.ts";
