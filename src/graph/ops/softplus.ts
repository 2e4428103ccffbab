import { constant, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";
import { logarithmOnePlusOf } from "./logarithm-one-plus.ts";

/**
 * ln(1 + eˣ), as max(x, 0) + ln(1 + e^−|x|): nothing overflows, and small results keep their
 * digits.
 */
export const softplus = elementwise<object>({
  name: "softplus",
  scalar: ([x]) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  formula([x]) {
    const small = scalar("exponential", scalar("negate", scalar("absolute", x)));
    return scalar("add", scalar("maximum", x, constant<number>(0)), logarithmOnePlusOf(small));
  },
  gradient: ({ inputs: [x], gradient }, _, build) => [build.multiply(gradient, build.sigmoid(x))],
  samples: [...unarySamples([-5, 5]), ...unarySamples([-40, -5]), ...unarySamples([30, 90])],
});
