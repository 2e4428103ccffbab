// A learned factor for each channel, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { requireNumber, requireWhole } from "../../core/option.ts";
import { formatShape } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";

export interface LayerScaleOptions extends CommonOptions {
  /** The initial value of all factors; ConvNeXt uses 1e-6. */
  readonly initValues: number;
  /** C, the number of channels. */
  readonly projectionDim: number;
}

/**
 * Layer scale: `[N, …, C]`, shape unchanged. `y = gamma · x`, with a learned factor for each channel.
 *
 * Weight: `gamma [C]`. Source: Touvron et al., "Going deeper with image transformers", ICCV 2021. As in
 * `keras.applications.convnext`.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input has another number of channels.
 * @example layers.layerScale({ initValues: 1e-6, projectionDim: 96 })
 */
export function layerScale(options: LayerScaleOptions): LayerInstance<LayerScaleOptions> {
  return makeLayer(layerScale.facts, options, (given) => {
    const { initValues, projectionDim } = given;
    requireNumber("initValues", initValues);
    requireWhole("projectionDim", projectionDim);
    return {
      options: given,
      plan([input]) {
        if (input.at(-1) !== projectionDim) {
          throw new ShapeError({
            what: "layerScale has a factor for each channel.",
            expected: `[…, ${projectionDim}]`,
            received: formatShape(input),
            fix: "set projectionDim to the number of channels",
          });
        }
        const initializer = { name: "constant", options: { value: initValues } } as const;
        return {
          outputShape: input,
          weights: [{ name: "gamma", shape: [projectionDim], initializer, trainable: true }],
          call: ([x], { build, weights }) => build.multiply(x, weights.gamma),
        };
      },
    };
  });
}
layerScale.facts = layerFacts<LayerScaleOptions>({
  name: "layerScale",
  options: { initValues: "init_values", projectionDim: "projection_dim" },
  keras: { className: "LayerScale", module: "keras.src.applications.convnext" },
  example: "{ initValues: 1e-6, projectionDim: 96 }",
});
