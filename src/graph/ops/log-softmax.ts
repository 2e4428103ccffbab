import type { CompositeOp } from "../op.ts";
import { floating } from "./operands.ts";
import { forEachRow, lastAxis, requireRows, rowSamples } from "./rows.ts";

/** ln softmax(x) along the last axis: x − max x − ln Σ exp(x − max x). */
export const logSoftmax: CompositeOp = {
  name: "logSoftmax",
  infer([x]) {
    requireRows("logSoftmax", x);
    return { shape: x.shape, dtype: floating("logSoftmax", [x]) };
  },
  reference([x], _, output) {
    forEachRow(x, (row, at, { largest, sum }) => {
      row.forEach((value, i) => {
        output.data[at + i] = value - largest - Math.log(sum);
      });
    });
  },
  gradient({ node, inputs: [x], gradient }, _, build) {
    const pulled = build.sum(gradient, lastAxis(x));
    return [build.subtract(gradient, build.multiply(build.exponential(node), pulled))];
  },
  expand([x], _, build) {
    const shifted = build.subtract(x, build.reduceMaximum(x, lastAxis(x)));
    const sum = build.sum(build.exponential(shifted), lastAxis(x));
    return build.subtract(shifted, build.logarithm(sum));
  },
  samples: rowSamples,
};
