import { scalar } from "../expression.ts";
import { binarySamples, elementwise } from "./elementwise.ts";

/** aᵇ for a > 0. */
export const power = elementwise<object>({
  name: "power",
  scalar: ([a, b]) => a ** b,
  formula: ([a, b]) => scalar("power", a, b),
  gradient: ({ node, inputs: [a, b], gradient }, _, build) => [
    build.multiply(
      gradient,
      build.multiply(b, build.power(a, build.subtract(b, build.constant(1)))),
    ),
    build.multiply(gradient, build.multiply(node, build.logarithm(a))),
  ],
  samples: binarySamples([0.5, 2]),
});
