import { scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** −x. */
export const negate = elementwise<object>({
  name: "negate",
  scalar: ([x]) => -x,
  formula: ([x]) => scalar("negate", x),
  gradient: ({ gradient }, _, build) => [build.negate(gradient)],
  samples: unarySamples(),
});
