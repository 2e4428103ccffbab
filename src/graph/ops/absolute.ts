import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** |x|; its gradient at 0 is 0. */
export const absolute = elementwise<object>({
  name: "absolute",
  scalar: ([x]) => Math.abs(x),
  formula: ([x]) => scalar("absolute", x),
  gradient: ({ inputs: [x], gradient }, _, build) => [build.multiply(gradient, build.sign(x))],
  samples: unarySamples(),
});
