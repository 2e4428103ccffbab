import { ShapeError } from "../../core/errors.ts";
import { sizeOf } from "../../core/shape.ts";
import { axis, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireRank, requireWhole } from "./operands.ts";

/** The rows of a table at indices; one outside is moved to the nearest row. */
export const gather: PrimitiveOp = {
  name: "gather",
  infer([table, indices]) {
    requireRank("gather", "indices", indices, ["N"]);
    requireWhole("gather", "indices", indices);
    if (table.shape.length >= 1) {
      return { shape: [indices.shape[0], ...table.shape.slice(1)], dtype: table.dtype };
    }
    throw new ShapeError({
      what: "gather takes rows of a table, and a single number has none.",
      expected: "a table [V, …]",
      received: "[]",
    });
  },
  reference([table, indices], _, output) {
    const [rows] = table.shape;
    const length = table.data.length / rows;
    indices.data.forEach((index, n) => {
      const row = Math.min(Math.max(index, 0), rows - 1);
      output.data.set(table.data.subarray(row * length, (row + 1) * length), n * length);
    });
  },
  gradient({ inputs: [table, indices], gradient }, _, build) {
    if (table.dtype !== "f32") return [undefined, undefined];
    const [rows] = table.shape;
    const last = build.constant(rows - 1, [], "i32");
    const whole = build.cast(indices, "i32");
    const inside = build.minimum(build.maximum(whole, build.constant(0, [], "i32")), last);
    const lines = build.reshape(gradient, [indices.shape[0], sizeOf(table.shape) / rows]);
    const sums = build.matmul(build.oneHot(inside, rows), lines, { transposeA: true });
    return [build.reshape(sums, table.shape), undefined];
  },
  lower: ([table]) => ({
    kind: "map",
    body: read<number>(0, [
      { lookup: read(1, [axis(0)]) },
      ...table.shape.slice(1).map((_, a) => axis(a + 1)),
    ]),
  }),
  samples: [
    {
      inputs: [{ shape: [5, 6] }, { shape: [3], dtype: "i32", range: [0, 5] }],
      attributes: {},
    },
    {
      inputs: [{ shape: [4, 2, 3] }, { shape: [17], dtype: "i32", range: [-2, 7] }],
      attributes: {},
    },
    { inputs: [{ shape: [7] }, { shape: [5], dtype: "i32", range: [0, 7] }], attributes: {} },
    {
      inputs: [
        { shape: [6, 5], dtype: "u8", range: [0, 256] },
        { shape: [4], dtype: "i32", range: [0, 6] },
      ],
      attributes: {},
    },
  ],
};
