import { axis, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { floating, requireRank, requireShape, requireWhole } from "./operands.ts";

/** The numbers of a table for each channel at indices; one outside is moved to the nearest. */
export const lookUp: PrimitiveOp = {
  name: "lookUp",
  infer([tables, indices]) {
    requireRank("lookUp", "indices", indices, ["N", "P", "C"]);
    requireWhole("lookUp", "indices", indices);
    requireRank("lookUp", "tables", tables, ["N", "C", "V"]);
    floating("lookUp", [tables]);
    const [count, , channels] = indices.shape;
    requireShape("lookUp", "tables", tables, [count, channels, tables.shape[2]]);
    return { shape: indices.shape, dtype: "f32" };
  },
  reference([tables, indices], _, output) {
    const [, places, channels] = indices.shape;
    const length = tables.shape[2];
    indices.data.forEach((index, i) => {
      const row = Math.floor(i / (places * channels)) * channels + (i % channels);
      const inside = Math.min(Math.max(index, 0), length - 1);
      output.data[i] = tables.data[row * length + inside];
    });
  },
  gradient({ inputs: [tables, indices], gradient }, _, build) {
    const length = tables.shape[2];
    const last = build.constant(length - 1, [], "i32");
    const whole = build.cast(indices, "i32");
    const inside = build.minimum(build.maximum(whole, build.constant(0, [], "i32")), last);
    return [build.histogram(inside, length, gradient), undefined];
  },
  lower: () => ({
    kind: "map",
    body: read<number>(0, [axis(0), axis(2), { lookup: read(1, [axis(0), axis(1), axis(2)]) }]),
  }),
  samples: [
    {
      inputs: [{ shape: [2, 3, 5] }, { shape: [2, 7, 3], dtype: "i32", range: [0, 5] }],
      attributes: {},
    },
    {
      inputs: [{ shape: [1, 1, 256] }, { shape: [1, 33, 1], dtype: "i32", range: [-9, 290] }],
      attributes: {},
    },
    {
      inputs: [{ shape: [3, 2, 17] }, { shape: [3, 20, 2], dtype: "u8", range: [0, 17] }],
      attributes: {},
    },
  ],
};
