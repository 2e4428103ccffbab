import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ). */
export const tanh = elementwise<object>({
  name: "tanh",
  scalar: ([x]) => Math.tanh(x),
  formula: ([x]) => scalar("tanh", x),
  gradient: ({ node, gradient }, _, build) => [
    build.multiply(gradient, build.subtract(build.constant(1), build.multiply(node, node))),
  ],
  samples: unarySamples([-3, 3]),
});
