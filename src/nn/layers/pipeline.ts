// Layers in a row as one layer.

import { ConfigError } from "../../core/errors.ts";
import { requireList } from "../../core/option.ts";
import type { CommonOptions, Layer } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import type { UnitConfig } from "../network-config.ts";
import { callInRow, innerLayer, mostInside, plansInRow } from "./inner-layer.ts";

export interface PipelineOptions extends CommonOptions {
  /** The layers, in the order in which they are applied: ones without weights, 64 at most. */
  readonly layers: readonly (Layer | UnitConfig)[];
}

/**
 * Layers of preprocessing or augmentation in a row, as one layer: `[N, …] → [N, …]`. What changes images in
 * training alone does so here as well. Layers with weights, which files name by the layer that has them, belong
 * into the model itself. As in Keras.
 *
 * @throws ConfigError if there are no layers or one has weights, ShapeError if one does not fit.
 * @example layers.pipeline({ layers: [layers.randomGrayscale(), layers.rescaling({ scale: 1 / 255 })] })
 */
export function pipeline(options: PipelineOptions): LayerInstance<PipelineOptions> {
  return makeLayer(pipeline.facts, options, (given) => {
    requireList("The option layers cannot be used.", given.layers, "a list of layers");
    const inside = given.layers.map((layer) => innerLayer(layer, "layers"));
    const inner = inside.map(({ layer }) => layer);
    if (inner.length === 0 || inner.length > mostInside) {
      throw new ConfigError({
        what: "The option layers cannot be used.",
        expected: `1 to ${mostInside} layers`,
        received: String(inner.length),
      });
    }
    return {
      options: { ...given, layers: inside.map(({ config }) => config) },
      plan([input]) {
        const plans = plansInRow(inner, input);
        const owner = plans.findIndex(({ weights }) => weights.length > 0);
        if (owner >= 0) {
          throw new ConfigError({
            what: "pipeline takes layers without weights.",
            expected: "layers such as rescaling or randomBrightness",
            received: inner[owner].kind,
            fix: "put the layer into the model itself",
          });
        }
        return {
          outputShape: plans[plans.length - 1].outputShape,
          macs: plans.reduce((sum, { macs }) => sum + macs, 0),
          call: ([x], context) => callInRow(plans, x, context),
        };
      },
    };
  });
}
pipeline.facts = layerFacts<PipelineOptions>({
  name: "pipeline",
  options: { layers: "layers" },
  keras: { className: "Pipeline", onlyOwn: true },
  example: "{ layers: [layers.randomGrayscale()] }",
});
