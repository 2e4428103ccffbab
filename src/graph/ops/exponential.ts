import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** eˣ. */
export const exponential = elementwise<object>({
  name: "exponential",
  scalar: ([x]) => Math.exp(x),
  formula: ([x]) => scalar("exponential", x),
  gradient: ({ node, gradient }, _, build) => [build.multiply(gradient, node)],
  samples: unarySamples([-4, 4]),
});
