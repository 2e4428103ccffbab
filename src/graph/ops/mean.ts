import { sizeOf } from "../../core/shape.ts";
import type { CompositeOp } from "../op.ts";
import { floating } from "./operands.ts";
import {
  joinElements,
  keptShape,
  type ReduceAttributes,
  reducedShape,
  reductionSamples,
} from "./reduction.ts";

/** The mean over axes. */
export const mean: CompositeOp<ReduceAttributes> = {
  name: "mean",
  infer: ([x], attributes) => ({
    shape: reducedShape(x.shape, attributes),
    dtype: floating("mean", [x]),
  }),
  reference([x], { axes }, output) {
    joinElements("sum", x, axes, output);
    const count = x.data.length / output.data.length;
    for (let i = 0; i < output.data.length; i++) output.data[i] /= count;
  },
  gradient({ node, inputs: [x], gradient }, { axes }, build) {
    const share = build.constant(sizeOf(node.shape) / sizeOf(x.shape));
    const kept = build.reshape(build.multiply(gradient, share), keptShape(x.shape, axes));
    return [build.broadcastTo(kept, x.shape)];
  },
  expand([x], attributes, build) {
    const sum = build.sum(x, attributes);
    // Divided, not multiplied by a rounded inverse: the mean of equal numbers is that number.
    return build.divide(sum, build.constant(sizeOf(x.shape) / sizeOf(sum.shape)));
  },
  samples: reductionSamples(),
};
