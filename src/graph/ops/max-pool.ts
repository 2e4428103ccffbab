import type { PoolAttributes } from "../builder.ts";
import { axis, read } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { floating } from "./operands.ts";
import { forEachTap, pooledShape, poolIndex, poolSamples } from "./pool.ts";

/** The largest of each window, a channel at a time. */
export const maxPool: PrimitiveOp<PoolAttributes> = {
  name: "maxPool",
  infer: ([x], attributes) => ({
    shape: pooledShape(x.shape, attributes),
    dtype: floating("maxPool", [x]),
  }),
  reference([x], attributes, output) {
    output.data.fill(Number.NEGATIVE_INFINITY);
    forEachTap(x.shape, attributes, (from, to) => {
      output.data[to] = Math.max(output.data[to], x.data[from]);
    });
  },
  gradient: ({ inputs: [x], gradient }, attributes, build) => [
    build.maxPoolGradient(x, gradient, attributes),
  ],
  lower: ([x], attributes) => ({
    kind: "reduce",
    extents: attributes.size,
    combine: "maximum",
    body: read(0, [axis(0), ...poolIndex(x.shape, attributes), axis(3)], Number.NEGATIVE_INFINITY),
  }),
  samples: poolSamples(),
};
