import { ShapeError } from "../../core/errors.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "../../core/shape.ts";
import type { PrimitiveOp } from "../op.ts";

/** The shape to show the elements in. */
export interface ReshapeAttributes {
  readonly shape: Shape;
}

/** The same elements, row-major, in another shape. */
export const reshape: PrimitiveOp<ReshapeAttributes> = {
  name: "reshape",
  infer([x], { shape }) {
    checkShape(shape, "The shape to reshape to");
    if (sizeOf(shape) === sizeOf(x.shape)) return { shape, dtype: x.dtype };
    throw new ShapeError({
      what: "reshape keeps every element, and these do not fill the shape.",
      expected: `a shape of ${sizeOf(x.shape)} elements, as ${formatShape(x.shape)} has`,
      received: `${formatShape(shape)}, ${sizeOf(shape)} elements`,
    });
  },
  reference([x], _, output) {
    output.data.set(x.data);
  },
  gradient: ({ inputs: [x], gradient }, _, build) => [build.reshape(gradient, x.shape)],
  lower: () => ({ kind: "alias" }),
  samples: [
    { inputs: [{ shape: [2, 3, 5] }], attributes: { shape: [6, 5] } },
    { inputs: [{ shape: [1] }], attributes: { shape: [] } },
    { inputs: [{ shape: [17, 2], dtype: "i32" }], attributes: { shape: [2, 1, 17] } },
    { inputs: [{ shape: [3, 7], dtype: "u8" }], attributes: { shape: [21] } },
  ],
};
