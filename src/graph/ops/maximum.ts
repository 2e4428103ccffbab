import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** The larger; where equal, the gradient goes to `a`. */
export const maximum = elementwise<object>({
  name: "maximum",
  dtype: arithmetic,
  scalar: ([a, b]) => Math.max(a, b),
  formula: ([a, b]) => scalar("maximum", a, b),
  gradient: ({ inputs: [a, b], gradient }, _, build) => {
    const first = build.lessEqual(b, a);
    const zero = build.constant(0);
    return [build.select(first, gradient, zero), build.select(first, zero, gradient)];
  },
  samples: [...binarySamples(), ...wholeSamples()],
});
