import { scalar } from "../expression.ts";
import { elementwise } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** `a` where `condition` is not 0, else `b`. */
export const select = elementwise<object>({
  name: "select",
  dtype: (op, [, a, b]) => arithmetic(op, [a, b]),
  scalar: ([condition, a, b]) => (condition !== 0 ? a : b),
  formula: ([condition, a, b]) => scalar("select", condition, a, b),
  gradient({ inputs: [condition], gradient }, _, build) {
    const zero = build.constant(0);
    return [
      undefined,
      build.select(condition, gradient, zero),
      build.select(condition, zero, gradient),
    ];
  },
  samples: [
    {
      inputs: [{ shape: [17], dtype: "i32", range: [0, 2] }, { shape: [17] }, { shape: [17] }],
      attributes: {},
    },
    {
      inputs: [{ shape: [3, 5], dtype: "i32", range: [-1, 2] }, { shape: [5] }, { shape: [] }],
      attributes: {},
    },
    {
      inputs: [
        { shape: [7, 1], dtype: "i32", range: [0, 2] },
        { shape: [7, 6], dtype: "i32" },
        { shape: [6], dtype: "i32" },
      ],
      attributes: {},
    },
  ],
});
