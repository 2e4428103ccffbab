import type { PoolGradientAttributes } from "../builder.ts";
import type { PrimitiveOp } from "../op.ts";
import { windowOver } from "../window.ts";
import { floating, requireShape } from "./operands.ts";
import { countTaps, forEachTap, poolCases, pooledShape } from "./pool.ts";

/** The gradient of `averagePool`: it is shared by the pixels of each window. */
export const averagePoolGradient: PrimitiveOp<PoolGradientAttributes> = {
  name: "averagePoolGradient",
  infer([result], attributes) {
    const pooled = pooledShape(attributes.imageShape, attributes);
    requireShape("averagePoolGradient", "a result's gradient", result, pooled);
    return { shape: attributes.imageShape, dtype: floating("averagePoolGradient", [result]) };
  },
  reference([result], attributes, output) {
    const counts = countTaps(attributes.imageShape, attributes);
    output.data.fill(0);
    forEachTap(attributes.imageShape, attributes, (from, to) => {
      output.data[from] += result.data[to] / counts[to];
    });
  },
  gradient: ({ gradient }, attributes, build) => [build.averagePool(gradient, attributes)],
  lower: (_, attributes) => ({
    kind: "poolGradient",
    mode: "average",
    images: attributes.imageShape[0],
    channels: attributes.imageShape[3],
    window: windowOver(attributes.imageShape, attributes.size, attributes),
  }),
  samples: poolCases.map(({ image, attributes }) => ({
    inputs: [{ shape: pooledShape(image, attributes) }],
    attributes: { ...attributes, imageShape: image },
  })),
};
