import { ShapeError } from "../../core/errors.ts";
import { philox, seedWords, toUnit } from "../../core/random.ts";
import { checkShape, type Shape, stridesOf } from "../../core/shape.ts";
import { constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireRank, requireWhole } from "./operands.ts";

/** What is dropped, how often, and which random numbers decide. */
export interface DropoutMaskAttributes {
  readonly shape: Shape;
  /** The probability of 0: at least 0, less than 1. */
  readonly rate: number;
  readonly seed: number;
  readonly stream: number;
}

/** 0 with probability `rate`, else 1 / (1 − rate), so that the expected value is 1. */
export const dropoutMask: PrimitiveOp<DropoutMaskAttributes> = {
  name: "dropoutMask",
  infer([step], { shape, rate }) {
    checkShape(shape, "The shape of a dropout mask");
    requireRank("dropoutMask", "a step", step, []);
    requireWhole("dropoutMask", "steps", step);
    if (rate >= 0 && rate < 1) return { shape, dtype: "f32" };
    throw new ShapeError({
      what: "The dropout rate is no probability to drop, and keep something.",
      expected: "at least 0 and less than 1",
      received: String(rate),
    });
  },
  reference([step], { rate, seed, stream }, output) {
    const [low, high] = seedWords(seed);
    for (let i = 0; i < output.data.length; i++) {
      const random = toUnit(philox([i, step.data[0], high, 0], [low, stream])[0]);
      output.data[i] = random < Math.fround(rate) ? 0 : 1 / (1 - rate);
    }
  },
  noGradient: "a mask does not depend on any value",
  lower(_, { shape, rate, seed, stream }) {
    const counter: Expression<number> = {
      kind: "coordinate",
      at: { offset: 0, factors: stridesOf(shape) },
    };
    const [low, high] = seedWords(seed);
    const random = scalar(
      "philox",
      counter,
      read<number>(0, []),
      constant(low | 0, "i32"),
      constant(stream | 0, "i32"),
      constant(high | 0, "i32"),
      constant(0, "i32"),
    );
    const dropped = scalar("less", random, constant<number>(Math.fround(rate)));
    return {
      kind: "map",
      body: scalar("select", dropped, constant<number>(0), constant<number>(1 / (1 - rate))),
    };
  },
  samples: [
    { shape: [7], rate: 0.5, seed: 1, stream: 0 },
    { shape: [3, 4, 4, 17], rate: 0.25, seed: 0xfeedbeef, stream: 3 },
    { shape: [33, 2], rate: 0, seed: 7, stream: 1 },
    { shape: [5, 9], rate: 0.5, seed: 2 ** 32 + 1, stream: 1 },
    { shape: [5, 9], rate: 0.5, seed: Number.MIN_SAFE_INTEGER, stream: 1 },
  ].map((attributes) => ({
    inputs: [{ shape: [], dtype: "i32", range: [0, 1000] }],
    attributes,
  })),
};
