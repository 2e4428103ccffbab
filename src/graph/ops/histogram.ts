import { ShapeError } from "../../core/errors.ts";
import { axis, constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { floating, requireRank, requireShape, requireWhole } from "./operands.ts";

/** How many bins there are. */
export interface HistogramAttributes {
  readonly bins: number;
}

/**
 * How often each whole number below `bins` stands in each channel, or the sum of its weights; others do
 * not count. A bin looks at every place once, and nothing but the result lies in memory.
 */
export const histogram: PrimitiveOp<HistogramAttributes> = {
  name: "histogram",
  infer([x, weights], { bins }) {
    requireRank("histogram", "numbers", x, ["N", "P", "C"]);
    requireWhole("histogram", "numbers", x);
    if (weights !== undefined) {
      floating("histogram", [weights]);
      requireShape("histogram", "weights", weights, x.shape);
    }
    const [count, , channels] = x.shape;
    if (Number.isSafeInteger(bins) && bins >= 1) {
      return { shape: [count, channels, bins], dtype: "f32" };
    }
    throw new ShapeError({
      what: "histogram counts in bins.",
      expected: "a whole number of at least 1",
      received: String(bins),
    });
  },
  reference([x, weights], { bins }, output) {
    const [, places, channels] = x.shape;
    output.data.fill(0);
    x.data.forEach((bin, i) => {
      if (bin < 0 || bin >= bins) return;
      const row = Math.floor(i / (places * channels)) * channels + (i % channels);
      output.data[row * bins + bin] += weights === undefined ? 1 : weights.data[i];
    });
  },
  gradient({ inputs: [x, weights], gradient }, { bins }, build) {
    if (weights === undefined) return [undefined];
    const whole = build.cast(x, "i32");
    const isBelow = build.less(whole, build.constant(bins, [], "i32"));
    const isAbove = build.lessEqual(build.constant(0, [], "i32"), whole);
    const counts = build.multiply(isAbove, isBelow);
    return [undefined, build.multiply(build.lookUp(gradient, x), counts)];
  },
  lower([{ shape }, weights]) {
    const [, places] = shape;
    // The result's axes are N, C and the bin; P comes after them.
    const place = [axis(0), axis(3), axis(1)];
    const counted: Expression<number> =
      weights === undefined ? constant<number>(1) : read(1, place);
    const isThere = scalar("equal", read<number>(0, place), { kind: "coordinate", at: axis(2) });
    return {
      kind: "reduce",
      extents: [places],
      combine: "sum",
      body: scalar("select", isThere, counted, constant<number>(0)),
    };
  },
  samples: [
    { inputs: [{ shape: [2, 9, 3], dtype: "i32", range: [0, 5] }], attributes: { bins: 5 } },
    { inputs: [{ shape: [1, 300, 1], dtype: "i32", range: [-3, 300] }], attributes: { bins: 256 } },
    { inputs: [{ shape: [3, 40, 2], dtype: "u8", range: [0, 30] }], attributes: { bins: 17 } },
    {
      inputs: [{ shape: [2, 70, 3], dtype: "i32", range: [-2, 9] }, { shape: [2, 70, 3] }],
      attributes: { bins: 7 },
    },
  ],
};
