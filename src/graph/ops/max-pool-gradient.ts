import { sizeOf } from "../../core/shape.ts";
import type { PoolAttributes } from "../builder.ts";
import type { PrimitiveOp } from "../op.ts";
import { windowOver } from "../window.ts";
import { floating, requireShape } from "./operands.ts";
import { forEachTap, poolCases, pooledShape } from "./pool.ts";

/** The gradient of `maxPool`: it goes to the first largest of each window, where NaN counts as ∞. */
export const maxPoolGradient: PrimitiveOp<PoolAttributes> = {
  name: "maxPoolGradient",
  infer([x, result], attributes) {
    const pooled = pooledShape(x.shape, attributes);
    requireShape("maxPoolGradient", "a result's gradient", result, pooled);
    return { shape: x.shape, dtype: floating("maxPoolGradient", [x, result]) };
  },
  reference([x, result], attributes, output) {
    const sizeAt = (i: number) => (Number.isNaN(x.data[i]) ? Number.POSITIVE_INFINITY : x.data[i]);
    const winners = new Int32Array(sizeOf(result.shape)).fill(-1);
    forEachTap(x.shape, attributes, (from, to) => {
      if (winners[to] < 0 || sizeAt(from) > sizeAt(winners[to])) winners[to] = from;
    });
    output.data.fill(0);
    winners.forEach((from, to) => {
      if (from >= 0) output.data[from] += result.data[to];
    });
  },
  noGradient: "no op reads at the winners of windows, and only second derivatives would need one",
  lower: ([x], attributes) => ({
    kind: "poolGradient",
    mode: "maximum",
    images: x.shape[0],
    channels: x.shape[3],
    window: windowOver(x.shape, attributes.size, attributes),
  }),
  samples: poolCases.map(({ image, attributes }) => ({
    inputs: [{ shape: image }, { shape: pooledShape(image, attributes) }],
    attributes,
  })),
};
