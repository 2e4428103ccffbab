// All of an example in one row, as a layer.

import { sizeOf } from "../../core/shape.ts";
import type { CommonOptions, Layer } from "../layer.ts";

/**
 * Flatten: `[N, H, W, C] → [N, H·W·C]`, row-major, as in Keras.
 *
 * @example layers.flatten()
 */
export function flatten(options: CommonOptions = {}): Layer<CommonOptions> {
  return {
    kind: "flatten",
    className: "Flatten",
    options,
    plan: ([input]) => ({
      outputShape: [sizeOf(input)],
      weights: [],
      macs: 0,
      call: ([x], { build }) => build.reshape(x, [x.shape[0], sizeOf(input)]),
    }),
  };
}
