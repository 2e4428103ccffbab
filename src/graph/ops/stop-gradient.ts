import type { CompositeOp } from "../op.ts";
import { unarySamples } from "./elementwise.ts";

/** x, through which no gradient flows. */
export const stopGradient: CompositeOp<object> = {
  name: "stopGradient",
  infer: ([{ shape, dtype }]) => ({ shape, dtype }),
  reference([x], _, output) {
    output.data.set(x.data);
  },
  noGradient: "that is what it is for",
  expand: ([x]) => x,
  samples: unarySamples(),
};
