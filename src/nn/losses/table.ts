// Every loss by its name, a line each. A module rather than an object: editors show each one's
// documentation, and bundlers leave out what is not used.

export { binaryCrossentropy } from "./binary-crossentropy.ts";
export { binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
export { categoricalCrossentropy } from "./categorical-crossentropy.ts";
export { categoricalFocalCrossentropy } from "./categorical-focal-crossentropy.ts";
export { categoricalGeneralizedCrossEntropy } from "./categorical-generalized-cross-entropy.ts";
export { categoricalHinge } from "./categorical-hinge.ts";
export { cosineSimilarity } from "./cosine-similarity.ts";
export { custom } from "./custom.ts";
export { detection } from "./detection.ts";
export { dice } from "./dice.ts";
export { hinge } from "./hinge.ts";
export { huber } from "./huber.ts";
export { iou } from "./iou.ts";
export { klDivergence } from "./kl-divergence.ts";
export { logCosh } from "./log-cosh.ts";
export { lovaszHinge, lovaszSoftmax } from "./lovasz.ts";
export { meanAbsoluteError } from "./mean-absolute-error.ts";
export { meanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
export { meanSquaredError } from "./mean-squared-error.ts";
export { meanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
export { poisson } from "./poisson.ts";
export { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
export { squaredHinge } from "./squared-hinge.ts";
export { tversky } from "./tversky.ts";
export { weightedSum } from "./weighted-sum.ts";
