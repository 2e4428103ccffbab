import { scalar } from "../expression.ts";
import { normalDistribution as exact } from "../normal-distribution.ts";
import { elementwise, unarySamples } from "./elementwise.ts";

/** Φ(x), the share of a normal distribution of mean 0 and variance 1 that lies below x. */
export const normalDistribution = elementwise<object>({
  name: "normalDistribution",
  scalar: ([x]) => exact(x),
  formula: ([x]) => scalar("normalDistribution", x),
  gradient: ({ inputs: [x], gradient }, _, build) => {
    const half = build.multiply(build.multiply(x, x), build.constant(-0.5));
    const bell = build.multiply(
      build.exponential(half),
      build.constant(1 / Math.sqrt(2 * Math.PI)),
    );
    return [build.multiply(gradient, bell)];
  },
  samples: [...unarySamples([-5, 5]), ...unarySamples([-12, -5])],
});
