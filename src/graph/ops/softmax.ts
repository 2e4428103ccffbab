import type { CompositeOp } from "../op.ts";
import { floating } from "./operands.ts";
import { forEachRow, lastAxis, requireRows, rowSamples } from "./rows.ts";

/** eˣ / Σ eˣ along the last axis. */
export const softmax: CompositeOp = {
  name: "softmax",
  infer([x]) {
    requireRows("softmax", x);
    return { shape: x.shape, dtype: floating("softmax", [x]) };
  },
  reference([x], _, output) {
    forEachRow(x, (row, at, { largest, sum }) => {
      row.forEach((value, i) => {
        output.data[at + i] = Math.exp(value - largest) / sum;
      });
    });
  },
  gradient({ node, inputs: [x], gradient }, _, build) {
    const pulled = build.sum(build.multiply(gradient, node), lastAxis(x));
    return [build.multiply(node, build.subtract(gradient, pulled))];
  },
  expand([x], _, build) {
    const powers = build.exponential(build.subtract(x, build.reduceMaximum(x, lastAxis(x))));
    return build.divide(powers, build.sum(powers, lastAxis(x)));
  },
  samples: rowSamples,
};
