import { philox, seedWords, toUnit } from "../../core/random.ts";
import { checkShape, type Shape, stridesOf } from "../../core/shape.ts";
import { constant, type Expression, read, scalar } from "../expression.ts";
import type { PrimitiveOp } from "../op.ts";
import { requireRank, requireWhole } from "./operands.ts";

/** How many numbers, and which. */
export interface RandomNormalAttributes {
  readonly shape: Shape;
  readonly seed: number;
  readonly stream: number;
  readonly draw: number;
}

/**
 * √2 · inverse of the error function, as y · P(w) with w = −ln((1 − y)(1 + y)): a polynomial in the
 * middle, another in √w at the ends. Giles, "Approximating the erfinv function", GPU Computing
 * Gems 2011 (single precision). Highest powers first.
 */
const middle = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
  -0.00417768164, 0.246640727, 1.50140941,
];
const ends = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
  0.00943887047, 1.00167406, 2.83297682,
];
const [middleShift, endsShift, border] = [2.5, 3, 5];

function normalFromUnit(unit: number): number {
  // Half a step of 2^-24 up, so that neither end is reached.
  const y = 2 * unit - 1 + 2 ** -24;
  const w = -Math.log((1 - y) * (1 + y));
  const [coefficients, x] =
    w < border ? [middle, w - middleShift] : [ends, Math.sqrt(w) - endsShift];
  return Math.SQRT2 * y * coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

function polynomial(coefficients: readonly number[], x: Expression<number>): Expression<number> {
  return coefficients
    .map((coefficient) => constant<number>(coefficient))
    .reduce((sum, coefficient) => scalar("add", scalar("multiply", sum, x), coefficient));
}

/** Normal numbers with mean 0 and deviation 1, up to ±5.4; keyed as the dropout mask is, and by the draw. */
export const randomNormal: PrimitiveOp<RandomNormalAttributes> = {
  name: "randomNormal",
  infer([step], { shape }) {
    checkShape(shape, "The shape of random numbers");
    requireRank("randomNormal", "a step", step, []);
    requireWhole("randomNormal", "steps", step);
    return { shape, dtype: "f32" };
  },
  reference([step], { seed, stream, draw }, output) {
    const [low, high] = seedWords(seed);
    for (let i = 0; i < output.data.length; i++) {
      const [word] = philox([i, step.data[0], high, draw], [low, stream]);
      output.data[i] = normalFromUnit(toUnit(word));
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
    const unit = scalar("philox", counter, read<number>(0, []), ...keys);
    const doubled = scalar("multiply", unit, constant<number>(2));
    const y = scalar("add", doubled, constant<number>(2 ** -24 - 1));
    const product = scalar(
      "multiply",
      scalar("subtract", constant<number>(1), y),
      scalar("add", constant<number>(1), y),
    );
    const w = scalar("negate", scalar("logarithm", product));
    const atMiddle = polynomial(middle, scalar("subtract", w, constant<number>(middleShift)));
    const root = scalar("squareRoot", scalar("maximum", w, constant<number>(0)));
    const atEnds = polynomial(ends, scalar("subtract", root, constant<number>(endsShift)));
    const inverse = scalar("select", scalar("less", w, constant<number>(border)), atMiddle, atEnds);
    const scaled = scalar("multiply", y, constant<number>(Math.SQRT2));
    return { kind: "map", body: scalar("multiply", scaled, inverse) };
  },
  samples: [
    { shape: [7], seed: 1, stream: 0, draw: 0 },
    { shape: [3, 4, 4, 17], seed: 0xfeedbeef, stream: 3, draw: 1 },
    { shape: [33, 200], seed: 7, stream: 1, draw: 0 },
    { shape: [5, 9], seed: 2 ** 40 + 1, stream: 1, draw: 2 },
  ].map((attributes) => ({
    inputs: [{ shape: [], dtype: "i32", range: [0, 1000] }],
    attributes,
  })),
};
