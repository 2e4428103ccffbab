import { constant, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/**
 * ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|): nothing overflows, and small results keep their
 * digits.
 */
export const softplus = elementwise<object>({
  name: "softplus",
  scalar: ([x]) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  formula([x]) {
    const one = constant<number>(1);
    const small = scalar("exponential", scalar("negate", scalar("absolute", x)));
    const sum = scalar("add", one, small);
    // What adding 1 has rounded away comes back by a factor. Kahan, in Goldberg, 1991, theorem 4.
    const factor = scalar("divide", small, scalar("subtract", sum, one));
    const logarithm = scalar(
      "select",
      scalar("equal", sum, one),
      small,
      scalar("multiply", scalar("logarithm", sum), factor),
    );
    return scalar("add", scalar("maximum", x, constant<number>(0)), logarithm);
  },
  gradient: ({ inputs: [x], gradient }, _, build) => [build.multiply(gradient, build.sigmoid(x))],
  samples: [...unarySamples([-5, 5]), ...unarySamples([-40, -5]), ...unarySamples([30, 90])],
});
