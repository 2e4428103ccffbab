import { constant, scalar } from "../expression.ts";
import { elementwise, unarySamples } from "./elementwise.ts";
import { sineOf } from "./sine.ts";

/** cos x, x in radians: exact to f32 up to some thousands. */
export const cosine = elementwise<object>({
  name: "cosine",
  scalar: ([x]) => Math.cos(x),
  formula: ([x]) => sineOf(scalar("add", x, constant<number>(Math.PI / 2))),
  gradient: ({ inputs: [x], gradient }, _, build) => [
    build.negate(build.multiply(gradient, build.sine(x))),
  ],
  samples: unarySamples([-20, 20]),
});
