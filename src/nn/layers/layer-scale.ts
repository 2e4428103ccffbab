// A learned factor for each channel, as a layer.

import { ShapeError } from "../../core/errors.ts";
import { formatShape } from "../../core/shape.ts";
import { type CommonOptions, type Layer, requireWhole } from "../layer.ts";
import { requireNumber } from "./numbers.ts";

export interface LayerScaleOptions extends CommonOptions {
  /** What all factors begin with; ConvNeXt takes 1e-6. */
  readonly initValues: number;
  /** C, the number of channels. */
  readonly projectionDim: number;
}

/**
 * Layer scale: `[N, …, C]`, unchanged. `y = gamma · x`, a factor for each channel. Weights: `gamma
 * [C]`. Source: Touvron et al., "Going deeper with image transformers", ICCV 2021; as in
 * `keras.applications.convnext`.
 *
 * @throws ConfigError where an option cannot be used, ShapeError where the channels are others.
 * @example layers.layerScale({ initValues: 1e-6, projectionDim: 96 })
 */
export function layerScale(options: LayerScaleOptions): Layer<LayerScaleOptions> {
  const { initValues, projectionDim } = options;
  requireNumber(initValues, "initValues");
  requireWhole(projectionDim, "projectionDim");
  return {
    kind: "layerScale",
    className: "LayerScale",
    options,
    plan([input]) {
      if (input.at(-1) !== projectionDim) {
        throw new ShapeError({
          what: "layerScale has a factor for each channel.",
          expected: `[…, ${projectionDim}]`,
          received: formatShape(input),
          fix: "let projectionDim be the number of channels",
        });
      }
      const initializer = { name: "constant", options: { value: initValues } } as const;
      return {
        outputShape: input,
        weights: [{ name: "gamma", shape: [projectionDim], initializer, trainable: true }],
        macs: 0,
        call: ([x], { build, weights }) => build.multiply(x, weights.gamma),
      };
    },
  };
}
