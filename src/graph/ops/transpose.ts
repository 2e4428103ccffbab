import { ShapeError } from "../../core/errors.ts";
import { formatShape, stridesOf } from "../../core/shape.ts";
import { axis, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";

/** Axis i of the result is axis `order[i]` of the input. */
export interface TransposeAttributes {
  readonly order: readonly number[];
}

function inverse(order: readonly number[]): number[] {
  return order.map((_, a) => order.indexOf(a));
}

/** The same elements with their axes in another order. */
export const transpose: PrimitiveOp<TransposeAttributes> = {
  name: "transpose",
  infer([x], { order }) {
    if (order.length !== x.shape.length || inverse(order).includes(-1)) {
      throw new ShapeError({
        what: "transpose names every axis once.",
        expected: `the axes 0 to ${x.shape.length - 1} of ${formatShape(x.shape)}, in any order`,
        received: formatShape(order),
      });
    }
    return { shape: order.map((a) => x.shape[a]), dtype: x.dtype };
  },
  reference([x], { order }, output) {
    const from = stridesOf(x.shape);
    const to = stridesOf(output.shape);
    for (let i = 0; i < output.data.length; i++) {
      let at = 0;
      for (let a = 0; a < order.length; a++) {
        at += (Math.floor(i / to[a]) % output.shape[a]) * from[order[a]];
      }
      output.data[i] = x.data[at];
    }
  },
  gradient: ({ gradient }, { order }, build) => [build.transpose(gradient, inverse(order))],
  lower: (_, { order }) => ({
    kind: "map",
    body: read(
      0,
      inverse(order).map((a) => axis(a)),
    ),
  }),
  samples: [
    { inputs: [{ shape: [3, 5] }], attributes: { order: [1, 0] } },
    { inputs: [{ shape: [2, 3, 4, 5] }], attributes: { order: [0, 3, 1, 2] } },
    { inputs: [{ shape: [17, 1, 6] }], attributes: { order: [2, 0, 1] } },
    { inputs: [{ shape: [7, 2], dtype: "i32" }], attributes: { order: [1, 0] } },
  ],
};
