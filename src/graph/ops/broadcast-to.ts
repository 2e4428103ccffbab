import { ShapeError } from "../../core/errors.ts";
import {
  broadcastShapes,
  checkShape,
  formatShape,
  type Shape,
  sameShape,
} from "../../core/shape.ts";
import { aligned, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { stretchedPositions } from "./elementwise.ts";

/** The shape to stretch to. */
export interface BroadcastToAttributes {
  readonly shape: Shape;
}

/** The input stretched to a shape, as elementwise ops do it. */
export const broadcastTo: PrimitiveOp<BroadcastToAttributes> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    checkShape(shape, "The shape to stretch to");
    if (sameShape(broadcastShapes(x.shape, shape), shape)) return { shape, dtype: x.dtype };
    throw new ShapeError({
      what: "broadcastTo only stretches.",
      expected: `a shape that ${formatShape(x.shape)} stretches to`,
      received: formatShape(shape),
    });
  },
  reference([x], _, output) {
    const positions = stretchedPositions(x.shape, output.shape);
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = x.data[positions.next().value as number];
    }
  },
  gradient: ({ gradient }) => [gradient],
  lower: ([x], _, output) => ({ kind: "map", body: read(0, aligned(x.shape, output.shape)) }),
  samples: [
    { inputs: [{ shape: [] }], attributes: { shape: [7] } },
    { inputs: [{ shape: [5] }], attributes: { shape: [3, 5] } },
    { inputs: [{ shape: [2, 1, 17] }], attributes: { shape: [2, 6, 17] } },
    { inputs: [{ shape: [3, 1] }], attributes: { shape: [4, 3, 33] } },
    { inputs: [{ shape: [1], dtype: "i32" }], attributes: { shape: [5] } },
  ],
};
