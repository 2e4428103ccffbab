// The exponential linear unit, as a layer.

import { requireNumber } from "../../core/option.ts";
import { elu as eluOf } from "../activations.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface EluOptions extends CommonOptions {
  /** Outputs do not fall below −alpha. Default: 1. */
  readonly alpha?: number;
}

/**
 * Exponential linear unit (ELU): any shape. `x` where it is above 0, else `alpha · (eˣ − 1)`. Source:
 * Clevert et al., ICLR 2016. As in Keras.
 *
 * @throws ConfigError if alpha is invalid.
 * @example layers.elu({ alpha: 0.5 })
 */
export function elu(options: EluOptions = {}): LayerInstance<EluOptions> {
  return makeLayer(elu.facts, options, (given) => {
    const { alpha = 1 } = given;
    requireNumber("alpha", alpha);
    return {
      options: { ...given, alpha },
      plan: ([input]) => ({
        outputShape: input,
        call: ([x], { build }) => eluOf(build, x, alpha),
      }),
    };
  });
}
elu.facts = layerFacts<EluOptions>({
  name: "elu",
  options: { alpha: "alpha" },
  keras: { className: "ELU" },
  example: "{ alpha: 1 }",
});
