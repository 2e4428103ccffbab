import { keptShape, reduction } from "./reduction.ts";

/** Σ x over axes. */
export const sum = reduction({
  name: "sum",
  combine: "sum",
  gradient: ({ inputs: [x], gradient }, { axes }, build) => [
    build.broadcastTo(build.reshape(gradient, keptShape(x.shape, axes)), x.shape),
  ],
});
