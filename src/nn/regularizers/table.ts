// Every regularizer by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { l1 } from "./l1.ts";
export { l1L2 } from "./l1-l2.ts";
export { l2 } from "./l2.ts";
export { orthogonal } from "./orthogonal.ts";
