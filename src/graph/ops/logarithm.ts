import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** ln x. */
export const logarithm = elementwise<object>({
  name: "logarithm",
  scalar: ([x]) => Math.log(x),
  formula: ([x]) => scalar("logarithm", x),
  gradient: ({ inputs: [x], gradient }, _, build) => [build.divide(gradient, x)],
  samples: unarySamples([0.1, 4]),
});
