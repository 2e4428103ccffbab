import { scalar } from "../expression.ts";
import { binarySamples, elementwise, wholeSamples } from "./elementwise.ts";
import { comparison } from "./operands.ts";

/** 1 where a < b, else 0. */
export const less = elementwise<object>({
  name: "less",
  dtype: comparison,
  scalar: ([a, b]) => Number(a < b),
  formula: ([a, b]) => scalar("less", a, b),
  noGradient: "it is flat wherever it has a slope",
  samples: [...binarySamples(), ...wholeSamples()],
});
