import { scalar } from "../expression.ts";
import { binarySamples, elementwise } from "./elementwise.ts";

/** a / b. */
export const divide = elementwise<object>({
  name: "divide",
  scalar: ([a, b]) => a / b,
  formula: ([a, b]) => scalar("divide", a, b),
  gradient: ({ node, inputs: [, b], gradient }, _, build) => {
    const part = build.divide(gradient, b);
    return [part, build.negate(build.multiply(part, node))];
  },
  samples: binarySamples([0.5, 2]),
});
