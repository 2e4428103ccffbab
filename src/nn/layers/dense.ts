// A fully connected layer.

import { ShapeError } from "../../core/errors.ts";
import { requireWhole } from "../../core/option.ts";
import { formatShape, sizeOf } from "../../core/shape.ts";
import type { CommonOptions } from "../layer.ts";
import type { LayerInstance } from "../layer-instance.ts";
import { layerFacts, makeLayer } from "../make-layer.ts";
import { type KernelOptions, weightMaker, weightNames } from "../weight-options.ts";
import { type ResultOptions, resultFrom, resultNames } from "./result.ts";

export interface DenseOptions extends CommonOptions, KernelOptions, ResultOptions {
  /** U, the number of outputs. */
  readonly units: number;
}

/**
 * Fully connected layer: `[N, …, C] → [N, …, U]`, `y = activation(x · kernel + bias)` along the last
 * axis. In an image, it works on each pixel by itself.
 *
 * Weights: `kernel [C, U]`, `bias [U]`. Source: Rosenblatt, "The perceptron", 1958. Options and defaults
 * as in Keras.
 *
 * @throws ConfigError if an option is invalid, ShapeError if the input has no axis.
 * @example layers.dense({ units: 10, activation: "softmax" })
 */
export function dense(options: DenseOptions): LayerInstance<DenseOptions> {
  return makeLayer(dense.facts, options, (given) => {
    const settings = { kernelInitializer: "glorotUniform" as const, ...given };
    const { units } = settings;
    requireWhole("units", units);
    const kernel = weightMaker("kernel", settings);
    const result = resultFrom(settings);
    return {
      options: { ...settings, ...result.options },
      plan([input]) {
        const channels = input.at(-1);
        if (channels === undefined) {
          throw new ShapeError({
            what: "dense works along an axis.",
            expected: "[…, C] for each example",
            received: formatShape(input),
          });
        }
        const plainShape = input.with(-1, units);
        return {
          outputShape: result.outputShape(plainShape),
          weights: [kernel([channels, units]), ...result.weights(units)],
          macs: sizeOf(input) * units,
          // Along the channels of an image it looks at one pixel at a time.
          ...(input.length === 1 ? { reach: "all" as const } : {}),
          call([x], context) {
            const { build, weights } = context;
            const rows = build.reshape(x, [sizeOf(x.shape) / channels, channels]);
            const product = build.matmul(rows, weights.kernel);
            const y = build.reshape(product, [x.shape[0], ...plainShape]);
            return result.finish(y, context);
          },
        };
      },
    };
  });
}
dense.facts = layerFacts<DenseOptions>({
  name: "dense",
  options: { units: "units", ...weightNames("kernel"), ...resultNames },
  keras: { className: "Dense" },
  example: "{ units: 10 }",
});
