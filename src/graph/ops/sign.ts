import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** −1, 0 or 1. */
export const sign = elementwise<object>({
  name: "sign",
  scalar: ([x]) => Math.sign(x),
  formula: ([x]) => scalar("sign", x),
  noGradient: "it is flat wherever it has a slope",
  samples: unarySamples(),
});
