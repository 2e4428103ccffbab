import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { arithmetic } from "./operands.ts";

/** a + b. */
export const add = elementwise<object>({
  name: "add",
  dtype: arithmetic,
  scalar: ([a, b]) => a + b,
  formula: ([a, b]) => scalar("add", a, b),
  gradient: ({ gradient }) => [gradient, gradient],
  samples: [...binarySamples(), ...wholeSamples()],
});
