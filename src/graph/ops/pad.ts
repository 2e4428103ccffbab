import { stridesOf } from "../../core/shape.ts";
import { axis, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireAnAxisEach } from "./operands.ts";

/** How many elements are put before and after along each axis, and their value. */
export interface PadAttributes {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

/** A value around the input. */
export const pad: PrimitiveOp<PadAttributes> = {
  name: "pad",
  infer([x], { before, after }) {
    requireAnAxisEach("pad", "number before", before, x, 0);
    requireAnAxisEach("pad", "number after", after, x, 0);
    return { shape: x.shape.map((d, a) => before[a] + d + after[a]), dtype: x.dtype };
  },
  reference([x], { before, value }, output) {
    const from = stridesOf(x.shape);
    const to = stridesOf(output.shape);
    output.data.fill(value);
    for (let i = 0; i < x.data.length; i++) {
      let at = 0;
      for (let a = 0; a < from.length; a++) {
        at += ((Math.floor(i / from[a]) % x.shape[a]) + before[a]) * to[a];
      }
      output.data[at] = x.data[i];
    }
  },
  gradient: ({ inputs: [x], gradient }, { before }, build) => [
    build.slice(gradient, before, x.shape),
  ],
  lower: (_, { before, value }) => ({
    kind: "map",
    body: read(
      0,
      before.map((b, a) => axis(a, 1, -b)),
      value,
    ),
  }),
  samples: [
    { inputs: [{ shape: [7] }], attributes: { before: [2], after: [1], value: 0 } },
    { inputs: [{ shape: [3, 5] }], attributes: { before: [0, 3], after: [2, 0], value: 0.5 } },
    {
      inputs: [{ shape: [2, 4, 5, 3] }],
      attributes: { before: [0, 1, 2, 0], after: [0, 1, 0, 0], value: 0 },
    },
    { inputs: [{ shape: [6], dtype: "i32" }], attributes: { before: [1], after: [1], value: -1 } },
  ],
};
