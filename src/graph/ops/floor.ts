import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** ⌊x⌋. */
export const floor = elementwise<object>({
  name: "floor",
  scalar: ([x]) => Math.floor(x),
  formula: ([x]) => scalar("floor", x),
  noGradient: "it is flat wherever it has a slope",
  samples: unarySamples([-3, 3]),
});
