import type { CompositeOp } from "../op.ts";
import { floating, requireRank, requireShape } from "./operands.ts";
import { forEachRow, lastAxis } from "./rows.ts";

/** −Σ targets · ln softmax(logits), a row at a time. */
export const softmaxCrossEntropy: CompositeOp = {
  name: "softmaxCrossEntropy",
  infer([logits, targets]) {
    requireRank("softmaxCrossEntropy", "logits", logits, ["N", "C"]);
    requireShape("softmaxCrossEntropy", "targets", targets, logits.shape);
    const dtype = floating("softmaxCrossEntropy", [logits, targets]);
    return { shape: [logits.shape[0]], dtype };
  },
  reference([logits, targets], _, output) {
    forEachRow(logits, (row, at, { largest, sum }) => {
      let loss = 0;
      row.forEach((value, i) => {
        loss -= targets.data[at + i] * (value - largest - Math.log(sum));
      });
      output.data[at / row.length] = loss;
    });
  },
  gradient({ inputs: [logits, targets], gradient }, _, build) {
    const total = build.sum(targets, lastAxis(targets));
    const excess = build.subtract(build.multiply(build.softmax(logits), total), targets);
    return [build.multiply(build.reshape(gradient, [logits.shape[0], 1]), excess), undefined];
  },
  expand([logits, targets], _, build) {
    const products = build.multiply(targets, build.logSoftmax(logits));
    return build.negate(build.sum(products, { axes: [1] }));
  },
  samples: [
    [5, 10],
    [1, 17],
    [33, 3],
  ].map((shape) => ({
    inputs: [
      { shape, range: [-5, 5] },
      { shape, range: [0, 1] },
    ],
    attributes: {},
  })),
};
