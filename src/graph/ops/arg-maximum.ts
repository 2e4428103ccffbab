import { normalizeAxis, stridesOf } from "../../core/shape.ts";
import { axis as along, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { isLarger } from "../scalar.ts";
import { floating } from "./operands.ts";

/** The axis along which positions are compared, counted from the front. */
export interface ArgMaximumAttributes {
  readonly axis: number;
}

/** The position of the first largest element along an axis; a NaN is larger than any number. */
export const argMaximum: PrimitiveOp<ArgMaximumAttributes> = {
  name: "argMaximum",
  infer([x], { axis }) {
    floating("argMaximum", [x]);
    const joined = normalizeAxis(axis, x.shape.length);
    return { shape: x.shape.filter((_, a) => a !== joined), dtype: "i32" };
  },
  reference([x], { axis }, output) {
    const extent = x.shape[axis];
    const stride = stridesOf(x.shape)[axis];
    for (let i = 0; i < output.data.length; i++) {
      const first = Math.floor(i / stride) * stride * extent + (i % stride);
      let best = 0;
      for (let j = 1; j < extent; j++) {
        if (isLarger(x.data[first + j * stride], x.data[first + best * stride])) best = j;
      }
      output.data[i] = best;
    }
  },
  noGradient: "a position is a whole number",
  lower: ([x], { axis }, output) => ({
    kind: "argMaximum",
    extent: x.shape[axis],
    body: read(
      0,
      x.shape.map((_, a) => along(a === axis ? output.shape.length : a - Number(a > axis))),
    ),
  }),
  samples: [
    { inputs: [{ shape: [7] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [5, 10] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [3, 17, 6] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [33, 3] }], attributes: { axis: 0 } },
  ],
};
