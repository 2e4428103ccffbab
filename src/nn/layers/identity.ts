// What changes nothing, as a layer: a name for a value.

import type { CommonOptions, Layer } from "../layer.ts";

/**
 * Identity: any shape, unchanged. As in Keras.
 *
 * @example layers.identity({ name: "features" })
 */
export function identity(options: CommonOptions = {}): Layer<CommonOptions> {
  return {
    kind: "identity",
    className: "Identity",
    options,
    plan: ([input]) => ({
      outputShape: input,
      weights: [],
      macs: 0,
      call: ([x]) => x,
    }),
  };
}
