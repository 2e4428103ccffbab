import { philox, seedWords, toUnit } from "../../core/random.ts";
import { checkShape, type Shape, stridesOf } from "../../core/shape.ts";
import { constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireRank, requireWhole } from "./operands.ts";

/** How many numbers, and which. */
export interface RandomUniformAttributes {
  readonly shape: Shape;
  readonly seed: number;
  readonly stream: number;
  /** Numbers drawn apart from each other by the same stream. */
  readonly draw: number;
}

/** Uniform numbers in [0, 1), multiples of 2^-24; keyed as the dropout mask is, and by the draw. */
export const randomUniform: PrimitiveOp<RandomUniformAttributes> = {
  name: "randomUniform",
  infer([step], { shape }) {
    checkShape(shape, "The shape of random numbers");
    requireRank("randomUniform", "a step", step, []);
    requireWhole("randomUniform", "steps", step);
    return { shape, dtype: "f32" };
  },
  reference([step], { seed, stream, draw }, output) {
    const [low, high] = seedWords(seed);
    for (let i = 0; i < output.data.length; i++) {
      output.data[i] = toUnit(philox([i, step.data[0], high, draw], [low, stream])[0]);
    }
  },
  noGradient: "random numbers do not depend on any value",
  lower(_, { shape, seed, stream, draw }) {
    const counter: Expression<number> = {
      kind: "coordinate",
      at: { offset: 0, factors: stridesOf(shape) },
    };
    const [low, high] = seedWords(seed);
    const keys = [low, stream, high, draw].map((word) => constant<number>(word | 0, "i32"));
    return { kind: "map", body: scalar("philox", counter, read<number>(0, []), ...keys) };
  },
  samples: [
    { shape: [7], seed: 1, stream: 0, draw: 0 },
    { shape: [7], seed: 1, stream: 0, draw: 1 },
    { shape: [33, 1, 5], seed: 2 ** 40 + 1, stream: 3, draw: 2 },
  ].map((attributes) => ({
    inputs: [{ shape: [], dtype: "i32", range: [0, 1000] }],
    attributes,
  })),
};
