// The skeleton that reductions over axes share.

import { normalizeAxis, type Shape, stridesOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type Combine, neutral } from "../computation.ts";
import { type Affine, axis, read } from "../expression.ts";
import type { PrimitiveOp, Sample } from "../op.ts";
import { floating } from "./operands.ts";

/** Which axes are joined, counted from the front, and whether they stay with length 1. */
export interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

/** The shape that is left of `shape`. */
export function reducedShape(shape: Shape, { axes, keepDimensions }: ReduceAttributes): number[] {
  const joined = new Set(axes.map((a) => normalizeAxis(a, shape.length)));
  return shape.flatMap((dimension, i) => {
    if (!joined.has(i)) return [dimension];
    return keepDimensions ? [1] : [];
  });
}

/** The same shape with the joined axes kept as 1, to stretch a result back over its input. */
export function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return reducedShape(shape, { axes, keepDimensions: true });
}

const combineNumbers = {
  sum: (a: number, b: number) => a + b,
  maximum: Math.max,
  minimum: Math.min,
} as const satisfies Record<Combine, unknown>;

/** Joins the elements of `x` over `axes` into `output`. */
export function joinElements(
  combine: Combine,
  x: Tensor,
  axes: readonly number[],
  output: Tensor,
): void {
  const kept = stridesOf(keptShape(x.shape, axes));
  const strides = stridesOf(x.shape);
  output.data.fill(neutral[combine]);
  for (let i = 0; i < x.data.length; i++) {
    let to = 0;
    for (let a = 0; a < x.shape.length; a++) {
      if (!axes.includes(a)) to += (Math.floor(i / strides[a]) % x.shape[a]) * kept[a];
    }
    output.data[to] = combineNumbers[combine](output.data[to], x.data[i]);
  }
}

/** A reduction from the way it joins two values. */
export function reduction(
  record: Pick<PrimitiveOp<ReduceAttributes>, "name" | "gradient" | "tolerance"> & {
    readonly combine: Combine;
  },
): PrimitiveOp<ReduceAttributes> {
  const { combine, ...rest } = record;
  return {
    ...rest,
    infer: ([x], attributes) => ({
      shape: reducedShape(x.shape, attributes),
      dtype: floating(record.name, [x]),
    }),
    reference: ([x], { axes }, output) => joinElements(combine, x, axes, output),
    lower([x], { axes, keepDimensions }, output) {
      let free = 0;
      let joined = output.shape.length;
      const index = x.shape.map((_, a): Affine => {
        if (axes.includes(a)) {
          if (keepDimensions) free++;
          return axis(joined++);
        }
        return axis(free++);
      });
      return {
        kind: "reduce",
        extents: x.shape.filter((_, a) => axes.includes(a)),
        combine,
        body: read(0, index),
      };
    },
    samples: reductionSamples(),
  };
}

/** Reductions of one axis, of several, of all, and long ones. */
export function reductionSamples(): Sample<ReduceAttributes>[] {
  const cases: [number[], number[], boolean][] = [
    [[7], [0], false],
    [[2, 3, 5], [2], true],
    [[2, 3, 5], [0, 1], false],
    [[3, 4, 4, 17], [0, 1, 2], false],
    [[3, 33, 2], [1], false],
    [[130, 5], [0, 1], false],
    [[40, 3, 6], [0, 2], true],
    [[2000, 3], [0], false],
  ];
  return cases.map(([shape, axes, keepDimensions]) => ({
    inputs: [{ shape }],
    attributes: { axes, keepDimensions },
  }));
}
