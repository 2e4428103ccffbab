import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** 1 / (1 + e⁻ˣ). */
export const sigmoid = elementwise<object>({
  name: "sigmoid",
  scalar: ([x]) => 1 / (1 + Math.exp(-x)),
  formula: ([x]) => scalar("sigmoid", x),
  gradient: ({ node, gradient }, _, build) => [
    build.multiply(gradient, build.multiply(node, build.subtract(build.constant(1), node))),
  ],
  samples: unarySamples([-4, 4]),
});
