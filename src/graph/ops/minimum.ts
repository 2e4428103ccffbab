import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** The smaller; where equal, the gradient goes to `a`. */
export const minimum = elementwise<object>({
  name: "minimum",
  dtype: arithmetic,
  scalar: ([a, b]) => Math.min(a, b),
  formula: ([a, b]) => scalar("minimum", a, b),
  gradient: ({ inputs: [a, b], gradient }, _, build) => {
    const first = build.lessEqual(a, b);
    const zero = build.constant(0);
    return [build.select(first, gradient, zero), build.select(first, zero, gradient)];
  },
  samples: [...binarySamples(), ...wholeSamples()],
});
