import type { CompositeOp } from "../op.ts";
import { floating, requireRank, requireShape, requireWhole } from "./operands.ts";
import { forEachRow } from "./rows.ts";

/** −ln softmax(logits)[label], a row at a time; 0 for a label that is no class. */
export const sparseSoftmaxCrossEntropy: CompositeOp = {
  name: "sparseSoftmaxCrossEntropy",
  infer([logits, labels]) {
    requireRank("sparseSoftmaxCrossEntropy", "logits", logits, ["N", "C"]);
    requireShape("sparseSoftmaxCrossEntropy", "labels", labels, [logits.shape[0]]);
    requireWhole("sparseSoftmaxCrossEntropy", "labels", labels);
    return { shape: labels.shape, dtype: floating("sparseSoftmaxCrossEntropy", [logits]) };
  },
  reference([logits, labels], _, output) {
    forEachRow(logits, (row, at, { largest, sum }) => {
      const n = at / row.length;
      const label = labels.data[n];
      const isClass = label >= 0 && label < row.length;
      output.data[n] = isClass ? Math.log(sum) - (row[label] - largest) : 0;
    });
  },
  gradient({ inputs: [logits, labels], gradient }, _, build) {
    const [images, classes] = logits.shape;
    const target = build.oneHot(labels, classes);
    const known = build.sum(target, { axes: [1] });
    const weight = build.reshape(build.multiply(gradient, known), [images, 1]);
    const excess = build.subtract(build.softmax(logits), target);
    return [build.multiply(weight, excess), undefined];
  },
  expand: ([logits, labels], _, build) =>
    build.softmaxCrossEntropy(logits, build.oneHot(labels, logits.shape[1])),
  samples: [
    {
      inputs: [
        { shape: [5, 10], range: [-5, 5] },
        { shape: [5], dtype: "i32", range: [0, 10] },
      ],
      attributes: {},
    },
    {
      inputs: [
        { shape: [33, 3], range: [-5, 5] },
        { shape: [33], dtype: "i32", range: [-1, 4] },
      ],
      attributes: {},
    },
  ],
};
