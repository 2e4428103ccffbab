import { keptShape, reduction } from "./reduction.ts";

/** The largest over axes; ties share the gradient equally. */
export const reduceMaximum = reduction({
  name: "reduceMaximum",
  combine: "maximum",
  gradient({ node, inputs: [x], gradient }, { axes }, build) {
    const kept = keptShape(x.shape, axes);
    const chosen = build.equal(x, build.reshape(node, kept));
    const count = build.sum(chosen, { axes, keepDimensions: true });
    return [build.multiply(chosen, build.divide(build.reshape(gradient, kept), count))];
  },
});
