import { ShapeError } from "../../core/errors.ts";
import { broadcastShapes, formatShape, sameShape, sizeOf } from "../../core/shape.ts";
import type { Builder } from "../builder.ts";
import type { CompositeOp, Node } from "../op.ts";
import { stretchedPositions } from "./elementwise.ts";
import { floating } from "./operands.ts";
import { joinElements, keptShape } from "./reduction.ts";
import { momentsOf } from "./statistics.ts";

/** The axes that statistics are taken over, and what is added to the variance. */
export interface BatchNormalizationAttributes {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/** What the result and the gradients are made of; equal parts are computed once. */
function partsOf(
  x: Node,
  { axes, epsilon }: BatchNormalizationAttributes,
  build: Builder,
): { distance: Node; inverse: Node } {
  const { mean, variance } = momentsOf(build, x, axes);
  const deviation = build.squareRoot(build.add(variance, build.constant(epsilon)));
  return { distance: build.subtract(x, mean), inverse: build.divide(build.constant(1), deviation) };
}

/** A sum over the batch as the gradient of `input`, which may be a single number. */
function asGradient(sum: Node, input: Node, build: Builder): Node {
  return sizeOf(sum.shape) === sizeOf(input.shape) ? build.reshape(sum, input.shape) : sum;
}

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, with the statistics of `x` over the axes. The
 * gradient takes two sums and one pass: Ioffe and Szegedy, ICML 2015, with the sums that vanish left out.
 */
export const batchNormalization: CompositeOp<BatchNormalizationAttributes> = {
  name: "batchNormalization",
  infer([x, gamma, beta], { axes }) {
    const kept = keptShape(x.shape, axes);
    for (const scale of [gamma, beta]) {
      if (sameShape(broadcastShapes(kept, scale.shape), kept)) continue;
      throw new ShapeError({
        what: "The factor or the offset of a normalisation does not fit its statistics.",
        expected: `a shape that stretches to ${formatShape(kept)}`,
        received: formatShape(scale.shape),
      });
    }
    return { shape: x.shape, dtype: floating("batchNormalization", [x, gamma, beta]) };
  },
  reference([x, gamma, beta], { axes, epsilon }, output) {
    const shape = keptShape(x.shape, axes);
    const groups = [...stretchedPositions(shape, x.shape)];
    const meanOf = (data: Float64Array) => {
      const sums = { shape, data: new Float64Array(sizeOf(shape)) };
      joinElements("sum", { shape: x.shape, data }, axes, sums);
      return sums.data.map((sum) => (sum * sums.data.length) / data.length);
    };
    const values = Float64Array.from(x.data);
    const mean = meanOf(values);
    const distance = values.map((value, i) => value - mean[groups[i]]);
    const variance = meanOf(distance.map((value) => value * value));
    const gammaAt = stretchedPositions(gamma.shape, x.shape);
    const betaAt = stretchedPositions(beta.shape, x.shape);
    for (let i = 0; i < output.data.length; i++) {
      const normal = distance[i] / Math.sqrt(variance[groups[i]] + epsilon);
      const factor = gamma.data[gammaAt.next().value as number];
      output.data[i] = normal * factor + beta.data[betaAt.next().value as number];
    }
  },
  gradient({ inputs: [x, gamma, beta], gradient }, attributes, build) {
    const { axes } = attributes;
    const { distance, inverse } = partsOf(x, attributes, build);
    const sum = (value: Node) => build.sum(value, { axes, keepDimensions: true });
    const total = sum(gradient);
    const along = build.multiply(sum(build.multiply(gradient, distance)), inverse);
    const factor = build.multiply(gamma, inverse);
    const share = build.constant(sizeOf(total.shape) / sizeOf(x.shape));
    const slope = build.multiply(build.multiply(factor, inverse), build.multiply(along, share));
    const level = build.multiply(factor, build.multiply(total, share));
    const straight = build.subtract(build.multiply(gradient, factor), level);
    return [
      build.subtract(straight, build.multiply(distance, slope)),
      asGradient(along, gamma, build),
      asGradient(total, beta, build),
    ];
  },
  expand([x, gamma, beta], attributes, build) {
    const { distance, inverse } = partsOf(x, attributes, build);
    return build.add(build.multiply(distance, build.multiply(gamma, inverse)), beta);
  },
  samples: [
    {
      inputs: [{ shape: [7] }, { shape: [] }, { shape: [] }],
      attributes: { axes: [0], epsilon: 0.1 },
    },
    {
      inputs: [{ shape: [9, 3] }, { shape: [3] }, { shape: [3] }],
      attributes: { axes: [0], epsilon: 1e-3 },
    },
    {
      inputs: [{ shape: [2, 5, 3, 17] }, { shape: [17] }, { shape: [17] }],
      attributes: { axes: [0, 1, 2], epsilon: 1e-3 },
    },
    {
      inputs: [{ shape: [4, 3, 6] }, { shape: [3, 1] }, { shape: [1, 3, 1] }],
      attributes: { axes: [0, 2], epsilon: 1e-2 },
    },
    {
      inputs: [{ shape: [3, 4, 5] }, { shape: [] }, { shape: [5] }],
      attributes: { axes: [0, 1], epsilon: 1e-3 },
    },
  ],
};
