import { constant, type Expression, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** ln(1 + x), with all digits where x is small. */
export function logarithmOnePlusOf(x: Expression<number>): Expression<number> {
  const one = constant<number>(1);
  const sum = scalar("add", one, x);
  // What adding 1 has rounded away comes back by a factor. Kahan, in Goldberg, 1991, theorem 4.
  const factor = scalar("divide", x, scalar("subtract", sum, one));
  const logarithm = scalar("multiply", scalar("logarithm", sum), factor);
  const isSmall = scalar("equal", sum, one);
  const isInfinite = scalar("equal", x, constant<number>(Number.POSITIVE_INFINITY));
  return scalar("select", isSmall, x, scalar("select", isInfinite, x, logarithm));
}

/** ln(1 + x), with all digits where x is small. */
export const logarithmOnePlus = elementwise<object>({
  name: "logarithmOnePlus",
  scalar: ([x]) => Math.log1p(x),
  formula: ([x]) => logarithmOnePlusOf(x),
  gradient: ({ inputs: [x], gradient }, _, build) => [
    build.divide(gradient, build.add(build.constant(1), x)),
  ],
  samples: [...unarySamples([-0.9, 3]), ...unarySamples([-1e-3, 1e-3])],
});
