import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** a · b. */
export const multiply = elementwise<object>({
  name: "multiply",
  dtype: arithmetic,
  scalar: ([a, b]) => a * b,
  formula: ([a, b]) => scalar("multiply", a, b),
  gradient: ({ inputs: [a, b], gradient }, _, build) => [
    build.multiply(gradient, b),
    build.multiply(gradient, a),
  ],
  samples: [...binarySamples(), ...wholeSamples()],
});
