import { constant, type Expression, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

type Formula = Expression<number>;

/** π in two parts, of which products of the first with small whole numbers are exact in f32. */
const [piHigh, piLow] = [3.140625, Math.PI - 3.140625];

/** 1 / (2i + 1)!, with the signs of the sine's series; highest powers first. */
const series = (() => {
  const coefficients = [1];
  for (let i = 1; i <= 10; i++) coefficients.unshift(-coefficients[0] / (2 * i * (2 * i + 1)));
  return coefficients;
})();

/** sin x: the series around the nearest multiple k of π, with the sign of (−1)ᵏ. */
export function sineOf(x: Formula): Formula {
  const number = (value: number) => constant<number>(value);
  const half = number(0.5);
  const turns = scalar("multiply", x, number(1 / Math.PI));
  const nearest = scalar("floor", scalar("add", turns, half));
  const high = scalar("subtract", x, scalar("multiply", nearest, number(piHigh)));
  const rest = scalar("subtract", high, scalar("multiply", nearest, number(piLow)));
  const square = scalar("multiply", rest, rest);
  const sum = series
    .map(number)
    .reduce((value, coefficient) => scalar("add", scalar("multiply", value, square), coefficient));
  const pairs = scalar("floor", scalar("multiply", nearest, half));
  const isOdd = scalar("subtract", nearest, scalar("multiply", pairs, number(2)));
  const sign = scalar("subtract", number(1), scalar("multiply", isOdd, number(2)));
  return scalar("multiply", scalar("multiply", sum, rest), sign);
}

/** sin x, x in radians: exact to f32 up to some thousands. */
export const sine = elementwise<object>({
  name: "sine",
  scalar: ([x]) => Math.sin(x),
  formula: ([x]) => sineOf(x),
  gradient: ({ inputs: [x], gradient }, _, build) => [build.multiply(gradient, build.cosine(x))],
  samples: unarySamples([-20, 20]),
});
