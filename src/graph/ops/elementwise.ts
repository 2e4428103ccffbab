// The skeleton that every elementwise op shares: shapes stretch, loops run over the result, and one
// formula says it all.

import type { DType } from "../../core/dtype.ts";
import { broadcastShapes, type Shape, stridesOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { aligned, type Expression, read } from "../expression.ts";
import type { Attributes, PrimitiveOp, Sample, TensorType } from "../op.ts";
import { floating } from "./operands.ts";

/** What an elementwise op adds to the skeleton. */
export interface Elementwise<A extends Attributes>
  extends Pick<PrimitiveOp<A>, "name" | "gradient" | "noGradient" | "tolerance" | "samples"> {
  /** The result's dtype from those of the inputs. Default: f32 of f32 alone. @throws ShapeError */
  dtype?(op: string, inputs: readonly TensorType[], attributes: A): DType;
  /** The op on plain numbers. */
  scalar(values: readonly number[], attributes: A): number;
  /** The op as a formula over its inputs' elements. */
  formula(
    inputs: readonly Expression<number>[],
    attributes: A,
    dtypes: readonly DType[],
  ): Expression<number>;
}

/** For each element of `to`, the position of the element of `from` that stretches onto it. */
export function* stretchedPositions(from: readonly number[], to: readonly number[]) {
  const strides = stridesOf(from);
  const steps = to.map((_, i) => {
    const at = i - (to.length - from.length);
    return at < 0 || from[at] === 1 ? 0 : strides[at];
  });
  const coordinates = new Array<number>(to.length).fill(0);
  let position = 0;
  for (;;) {
    yield position;
    let i = to.length - 1;
    for (; i >= 0; i--) {
      coordinates[i]++;
      position += steps[i];
      if (coordinates[i] < to[i]) break;
      position -= steps[i] * to[i];
      coordinates[i] = 0;
    }
    if (i < 0) return;
  }
}

/** An elementwise op from its scalar meaning. */
export function elementwise<A extends Attributes>(record: Elementwise<A>): PrimitiveOp<A> {
  const { scalar, formula, dtype = floating, ...rest } = record;
  return {
    ...rest,
    infer: (inputs, attributes) => ({
      shape: broadcastShapes(...inputs.map((input) => input.shape)),
      dtype: dtype(record.name, inputs, attributes),
    }),
    reference(inputs: readonly Tensor[], attributes, output) {
      const positions = inputs.map(({ shape }) => stretchedPositions(shape, output.shape));
      for (let i = 0; i < output.data.length; i++) {
        const values = inputs.map(({ data }, n) => data[positions[n].next().value as number]);
        output.data[i] = scalar(values, attributes);
      }
    },
    lower: (inputs, attributes, output) => ({
      kind: "map",
      body: formula(
        inputs.map((input, n) => read<number>(n, aligned(input.shape, output.shape))),
        attributes,
        inputs.map((input) => input.dtype),
      ),
    }),
  };
}

const odd: readonly (readonly number[])[] = [[7], [2, 3, 5], [1, 17], [3, 1, 33]];

/** Samples of one input, over odd shapes. */
export function unarySamples(range?: readonly [number, number]): Sample<object>[] {
  return odd.map((shape) => ({
    inputs: [range === undefined ? { shape } : { shape, range }],
    attributes: {},
  }));
}

/** Samples of two inputs: equal shapes, and each side stretched. */
export function binarySamples(range: readonly [number, number] = [-1, 1]): Sample<object>[] {
  const pairs = [
    [[7], [7]],
    [[2, 3, 5], [5]],
    [
      [3, 1, 6],
      [4, 1],
    ],
    [[], [2, 17]],
    [[33], [33]],
  ];
  return pairs.map(([a, b]) => ({
    inputs: [
      { shape: a, range },
      { shape: b, range },
    ],
    attributes: {},
  }));
}

/** A sample of two inputs of whole numbers. */
export function wholeSamples(): Sample<object>[] {
  const whole = (shape: Shape) => ({ shape, dtype: "i32", range: [-4, 9] }) as const;
  return [{ inputs: [whole([3, 5]), whole([5])], attributes: {} }];
}
