// Every constraint by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { maxNorm } from "./max-norm.ts";
export { minMaxNorm } from "./min-max-norm.ts";
export { nonNeg } from "./non-neg.ts";
export { unitNorm } from "./unit-norm.ts";
