// Leaky ReLU as a layer.

import { requireNumber } from "../../core/option.ts";
import { leakyRelu as leakyReluOf } from "../activations.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface LeakyReluOptions extends CommonOptions {
  /** The slope below 0. Default: 0.3. */
  readonly negativeSlope?: number;
}

/**
 * Leaky ReLU: any shape. `x` where it is above 0, else `negativeSlope · x`. Source: Maas et al., ICML
 * 2013. As in Keras.
 *
 * @throws ConfigError if the slope is invalid.
 * @example layers.leakyRelu({ negativeSlope: 0.1 })
 */
export function leakyRelu(options: LeakyReluOptions = {}): LayerInstance<LeakyReluOptions> {
  return makeLayer(leakyRelu.facts, options, (given) => {
    const { negativeSlope = 0.3 } = given;
    requireNumber("negativeSlope", negativeSlope);
    return {
      options: { ...given, negativeSlope },
      plan: ([input]) => ({
        outputShape: input,
        call: ([x], { build }) => leakyReluOf(build, x, negativeSlope),
      }),
    };
  });
}
leakyRelu.facts = layerFacts<LeakyReluOptions>({
  name: "leakyRelu",
  options: { negativeSlope: "negative_slope" },
  keras: { className: "LeakyReLU", formerly: { alpha: "negativeSlope" } },
  example: "{ negativeSlope: 0.1 }",
});
