// Every optimizer by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { adadelta } from "./adadelta.ts";
export { adagrad } from "./adagrad.ts";
export { adam } from "./adam.ts";
export { adamW } from "./adam-w.ts";
export { adamax } from "./adamax.ts";
export { lamb } from "./lamb.ts";
export { lion } from "./lion.ts";
export { nadam } from "./nadam.ts";
export { rmsprop } from "./rmsprop.ts";
export { sgd } from "./sgd.ts";
