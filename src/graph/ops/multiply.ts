import { scalar } from "../expression.ts";
import { binarySamples, elementwise } from "./elementwise.ts";

/** a · b. */
export const multiply = elementwise<object>({
  name: "multiply",
  scalar: ([a, b]) => a * b,
  formula: ([a, b]) => scalar("multiply", a, b),
  gradient: ({ inputs: [a, b], gradient }, _, build) => [
    build.multiply(gradient, b),
    build.multiply(gradient, a),
  ],
  samples: binarySamples(),
});
