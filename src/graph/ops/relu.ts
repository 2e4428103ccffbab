import { constant, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** max(x, 0). */
export const relu = elementwise<object>({
  name: "relu",
  scalar: ([x]) => Math.max(x, 0),
  formula: ([x]) => scalar("maximum", x, constant(0)),
  gradient: ({ node, gradient }, _, build) => [
    build.select(build.less(build.constant(0), node), gradient, build.constant(0)),
  ],
  samples: unarySamples(),
});
