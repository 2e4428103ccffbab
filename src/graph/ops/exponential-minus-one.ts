import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** eˣ − 1, with all digits where x is small. */
export const exponentialMinusOne = elementwise<object>({
  name: "exponentialMinusOne",
  scalar: ([x]) => Math.expm1(x),
  formula: ([x]) => scalar("exponentialMinusOne", x),
  gradient: ({ inputs: [x], gradient }, _, build) => [
    build.multiply(gradient, build.exponential(x)),
  ],
  samples: [...unarySamples(), ...unarySamples([-1e-3, 1e-3]), ...unarySamples([-20, 5])],
});
