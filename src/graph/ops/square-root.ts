import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** √x. */
export const squareRoot = elementwise<object>({
  name: "squareRoot",
  scalar: ([x]) => Math.sqrt(x),
  formula: ([x]) => scalar("squareRoot", x),
  gradient: ({ node, gradient }, _, build) => [build.divide(gradient, build.add(node, node))],
  samples: unarySamples([0.1, 4]),
});
