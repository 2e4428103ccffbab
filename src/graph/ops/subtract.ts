import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** a − b. */
export const subtract = elementwise<object>({
  name: "subtract",
  dtype: arithmetic,
  scalar: ([a, b]) => a - b,
  formula: ([a, b]) => scalar("subtract", a, b),
  gradient: ({ gradient }, _, build) => [gradient, build.negate(gradient)],
  samples: [...binarySamples(), ...wholeSamples()],
});
