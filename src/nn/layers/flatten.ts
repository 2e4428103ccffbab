// All elements of an example in one vector, as a layer.

import { sizeOf } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

/**
 * Flattens each example: `[N, H, W, C] → [N, H · W · C]`, row by row. As in Keras.
 *
 * @example layers.flatten()
 */
export function flatten(options: CommonOptions = {}): LayerInstance<CommonOptions> {
  return makeLayer(flatten.facts, options, (given) => ({
    options: given,
    plan: ([input]) => ({
      outputShape: [sizeOf(input)],
      call: ([x], { build }) => build.reshape(x, [x.shape[0], sizeOf(input)]),
    }),
  }));
}
flatten.facts = layerFacts<CommonOptions>({
  name: "flatten",
  options: {},
  keras: { className: "Flatten" },
});
