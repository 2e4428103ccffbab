import { scalar } from "../expression.ts";
import { errorFunction as exact } from "../normal-distribution.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** 2/√π ∫ e^(−t²) dt from 0 to x. */
export const errorFunction = elementwise<object>({
  name: "errorFunction",
  scalar: ([x]) => exact(x),
  formula: ([x]) => scalar("errorFunction", x),
  gradient: ({ inputs: [x], gradient }, _, build) => {
    const bell = build.exponential(build.negate(build.multiply(x, x)));
    const slope = build.multiply(build.constant(2 / Math.sqrt(Math.PI)), bell);
    return [build.multiply(gradient, slope)];
  },
  samples: [...unarySamples([-5, 5]), ...unarySamples([-0.1, 0.1])],
});
