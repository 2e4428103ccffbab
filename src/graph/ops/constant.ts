import { checkShape, type Shape } from "../../core/shape.ts";
import * as expression from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";

/** The number, and how often it is repeated. */
export interface ConstantAttributes {
  readonly value: number;
  readonly shape: Shape;
  readonly dtype: "f32" | "i32";
}

/** The same number everywhere. */
export const constant: PrimitiveOp<ConstantAttributes> = {
  name: "constant",
  infer(_, { shape, dtype }) {
    checkShape(shape, "The shape of a constant");
    return { shape, dtype };
  },
  reference(_, { value }, output) {
    output.data.fill(value);
  },
  noGradient: "it has no inputs",
  lower: (_, { value, dtype }) => ({ kind: "map", body: expression.constant(value, dtype) }),
  samples: [
    { inputs: [], attributes: { value: 0.5, shape: [], dtype: "f32" } },
    { inputs: [], attributes: { value: -3, shape: [2, 17], dtype: "i32" } },
  ],
};
